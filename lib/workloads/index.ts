import { application } from './application/application.ts'
import { files } from './files/files.ts'
import { ledger } from './ledger/ledger.ts'
import { postgres } from './postgres/postgres.ts'
import { redisAlways, redisEverysec } from './redis/redis.ts'
import { stateless } from './stateless/stateless.ts'
import { twoVolumes } from './two-volumes/two-volumes.ts'
import type { Workload } from './workload.ts'

/** List of all workloads. A new one needs a folder here and a line in this list. */
export const workloads = [
  ledger,
  files,
  postgres,
  redisEverysec,
  redisAlways,
  twoVolumes,
  stateless,
  application,
] as const satisfies readonly Workload[]

export type WorkloadName = (typeof workloads)[number]['name']

/** The workload that is drilled by default. */
export const defaultWorkload: WorkloadName = 'ledger'

export const workloadNames: readonly WorkloadName[] = workloads.map(({ name }) => name)

/** Throws if no workload has that name. */
export function workloadOf(name: string): Workload<WorkloadName> {
  const found = workloads.find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`no workload "${name}"; there are ${workloadNames.join(', ')}`)
  return found
}
