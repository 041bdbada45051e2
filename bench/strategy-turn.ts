import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../lib/config/config.ts'
import { createNamespace } from '../lib/drill/service.ts'
import { removeNamespace } from '../lib/lab/namespaces.ts'
import { readStored } from '../lib/drill/backups.ts'
import type { Lab } from '../lib/lab/lab.ts'
import { startLedgerLoad } from './service.ts'
import type { Exposure, InstalledMesh, Route } from '../lib/components/mesh.ts'
import type { OperationResult, Write } from '../lib/record/facts.ts'
import type { InstalledTool } from '../lib/components/tool.ts'
import type { Interval } from '../lib/verdict/result.ts'
import { ledger } from '../lib/workloads/ledger/ledger.ts'
import { RECORD_BYTES } from '../lib/workloads/ledger/record.ts'

/** Cost of a backup and of the restore of a copy. Times in milliseconds by the cluster's clock; null if unknown. */
export interface Cost {
  backupMs: Interval | null
  restoreMs: Interval | null
  /** Growth of the store in bytes; null if the data stays in the storage. */
  storedBytes: number | null
  /** Bytes of distinct records that were overwritten since the volume was filled. */
  changedBytes: number
}

/** Duration of the load before the measured backup. */
const WRITING_MS = 4_000

interface Ground {
  lab: Lab
  mesh: InstalledMesh
  config: Config
  folder: string
}

/**
 * Takes one backup of a fresh service, restores a copy of it, and reads every record back, because the cost of an incomplete backup
 * is not comparable. With `second`, an earlier backup exists. Each round has a separate namespace, because a tool does not store the
 * data of an earlier round again.
 */
export async function takeTurn(
  ground: Ground,
  tool: InstalledTool,
  { round, second }: { round: number; second: boolean },
): Promise<Cost> {
  const { lab, mesh, config } = ground
  const namespace = `bench-${round}-${tool.strategy}`
  const copy = `${namespace}-copy`
  const exposures: Exposure[] = []
  await createNamespace(lab, mesh, namespace)
  try {
    const service = await ledger.deploy(lab, namespace, { storageClass: lab.cluster.storageClasses.snapshots })
    const exposure = await mesh.expose(service.service)
    const { route } = exposure
    exposures.push(exposure)
    await service.answers(route)
    const seeded = await service.seed(route, { seed: config.seed, bytes: config.volumeBytes })
    if (second) await backUp(tool, namespace)
    const writes = await write(ground, route, seeded)
    const before = await readStored(lab, tool, namespace)
    const backup = await backUp(tool, namespace)
    const after = await readStored(lab, tool, namespace)
    const restored = await backup.restore({ into: copy })
    requireSuccess(restored, `the restore by ${tool.name}/${tool.strategy}`)
    const copyExposure = await mesh.expose({ ...service.service, namespace: copy })
    const { route: copied } = copyExposure
    exposures.push(copyExposure)
    await service.answers(copied)
    const check = await service.verify(copied, {
      seed: config.seed,
      seeded,
      since: 'fault',
      writes: () => Promise.resolve(writes),
    })
    const [finding] = check.findings
    if (check.error !== null || finding) {
      throw new Error(`${tool.name}/${tool.strategy} did not restore everything: ${check.error ?? finding?.detail}`)
    }
    return {
      backupMs: durationOf(backup.result),
      restoreMs: durationOf(restored),
      storedBytes: before === null || after === null ? null : after - before,
      changedBytes: new Set(writes.map(({ slot }) => slot)).size * RECORD_BYTES,
    }
  } finally {
    for (const { end } of exposures) await end()
    await removeNamespace(lab, copy)
    await removeNamespace(lab, namespace)
  }
}

async function backUp(tool: InstalledTool, namespace: string) {
  const running = await tool.backup(namespace, { name: `${namespace}-${Date.now().toString(36)}` })
  const backup = await running.waitUntilFinished()
  requireSuccess(backup.result, `the backup by ${tool.name}/${tool.strategy}`)
  return backup
}

function requireSuccess({ succeeded, state, details }: OperationResult, what: string): void {
  if (!succeeded) throw new Error(`${what} ended as "${state}": ${JSON.stringify(details)}`)
}

async function write({ lab, config, folder }: Ground, route: Route, seeded: number): Promise<Write[]> {
  const load = await startLedgerLoad({ lab, config }, { route, seeded, folder })
  await sleep(WRITING_MS)
  const { load: result, writes } = await load.stop()
  if (result.error !== null) throw new Error(`the load that changes the volume failed: ${result.error}`)
  return writes
}

/** The cluster's timestamps are whole seconds, so the true time is up to one second away. */
const CLOCK_MS = 1000

function durationOf({ startedMs, endedMs }: OperationResult): Interval | null {
  if (startedMs === null || endedMs === null) return null
  return { low: Math.max(0, endedMs - startedMs - CLOCK_MS), high: endedMs - startedMs + CLOCK_MS }
}
