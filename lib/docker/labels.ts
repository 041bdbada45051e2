import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { whoAmI } from '../clusters/person.ts'
import { readVariable } from '../system/environment.ts'
import type { ProcessId } from '../system/process.ts'
import { LABELS } from './docker.ts'

/** Whose a lab on Docker is, as labels of its network and containers say: several users and machines may share a Docker. */
export interface LabOwner {
  /** This machine, or this container on it: elsewhere, PIDs mean something else. */
  machine: string
  user: string
  /** UID of the run that created it; empty outside of a run. */
  run: string
}

const NAMES = { machine: 'dev.meshdrill.machine', user: 'dev.meshdrill.user', run: 'dev.meshdrill.run' }
/** The process with which a lab ends, as `<pid> <born>`; on the network alone. */
const PROCESS = 'dev.meshdrill.process'

export const thisOwner = (): LabOwner => ({
  machine: machineId(),
  user: whoAmI().user,
  run: readVariable(process.env, 'MESHDRILL_RUN_UID') ?? '',
})

/** Labels of a container, or of the network of the lab that ends with a process. */
export const ownerLabels = ({ machine, user, run }: LabOwner, owner?: ProcessId): Record<string, string> => ({
  ...LABELS,
  [NAMES.machine]: machine,
  [NAMES.user]: user,
  [NAMES.run]: run,
  ...(owner === undefined ? {} : { [PROCESS]: `${owner.pid} ${owner.born}` }),
})

/** What labels say; null for those of an earlier version, which say nothing. */
export function readOwner(labels: Record<string, string>): (LabOwner & { process: ProcessId | null }) | null {
  const { [NAMES.machine]: machine, [NAMES.user]: user = '', [NAMES.run]: run = '', [PROCESS]: text } = labels
  if (machine === undefined || machine === '') return null
  const [, pid, born] = /^(\d+) (.+)$/.exec(text ?? '') ?? []
  return { machine, user, run, process: pid === undefined ? null : { pid: Number(pid), born: born ?? '' } }
}

/** Go template of `docker ps` that prints a container's name and labels, one container a line. */
export const NAME_AND_OWNER = `{{.Names}}\t{{.Label "${NAMES.machine}"}}\t{{.Label "${NAMES.user}"}}`

/** Names of the containers that this user on this machine created, of what `NAME_AND_OWNER` printed. */
export const ownContainers = (lines: readonly string[], me: LabOwner): string[] =>
  lines.flatMap((line) => {
    const [name = '', machine = '', user = ''] = line.split('\t')
    return machine === '' || (machine === me.machine && user === me.user) ? [name] : []
  })

/** Of the machine and of the PID namespace. Containers from one image may share the first. */
function machineId(): string {
  const name = readOr(() => readFileSync('/etc/machine-id', 'utf8').trim(), '')
  const processes = readOr(() => readlinkSync('/proc/self/ns/pid'), '')
  const hash = createHash('sha256').update(`${name}\n${hostname()}\n${processes}`).digest('hex').slice(0, 12)
  return `${hostname()}-${hash}`
}

/** macOS has neither file. */
function readOr(read: () => string, otherwise: string): string {
  try {
    return read()
  } catch {
    return otherwise
  }
}
