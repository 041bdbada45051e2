import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { readVariable, userAndCheckout } from '../system/environment.ts'
import type { ProcessId } from '../system/process.ts'
import { LABELS } from './docker.ts'

/** Owner of a lab, from the labels of its network and containers. Several users and machines may share one Docker. */
export interface LabOwner {
  /** This machine and PID namespace. Elsewhere the same PID means another process. */
  machine: string
  user: string
  /** UID of the run that created it; empty outside of a run. */
  run: string
}

const NAMES = { machine: 'dev.meshdrill.machine', user: 'dev.meshdrill.user', run: 'dev.meshdrill.run' }
/** The process with which a lab ends, as `<pid> <born>`. Only the network has this label. */
const PROCESS = 'dev.meshdrill.process'

export const thisOwner = (): LabOwner => ({
  machine: machineId(),
  user: userAndCheckout().user,
  run: readVariable(process.env, 'MESHDRILL_RUN_UID') ?? '',
})

/** Labels of a container; with `owner`, the process with which the lab ends, those of the lab's network. */
export const ownerLabels = ({ machine, user, run }: LabOwner, owner?: ProcessId): Record<string, string> => ({
  ...LABELS,
  [NAMES.machine]: machine,
  [NAMES.user]: user,
  [NAMES.run]: run,
  ...(owner === undefined ? {} : { [PROCESS]: `${owner.pid} ${owner.born}` }),
})

/** Reads the owner from labels; null for labels of an earlier version, which do not name one. */
export function readOwner(labels: Record<string, string>): (LabOwner & { process: ProcessId | null }) | null {
  const { [NAMES.machine]: machine, [NAMES.user]: user = '', [NAMES.run]: run = '', [PROCESS]: text } = labels
  if (machine === undefined || machine === '') return null
  const [, pid, born] = /^(\d+) (.+)$/.exec(text ?? '') ?? []
  return { machine, user, run, process: pid === undefined ? null : { pid: Number(pid), born: born ?? '' } }
}

/** Go template of `docker ps` that prints a container's name and labels, one container a line. */
export const NAME_AND_OWNER = `{{.Names}}\t{{.Label "${NAMES.machine}"}}\t{{.Label "${NAMES.user}"}}`

/** From the lines that `NAME_AND_OWNER` prints, the names of containers that this user created on this machine. */
export const ownContainers = (lines: readonly string[], me: LabOwner): string[] =>
  lines.flatMap((line) => {
    const [name = '', machine = '', user = ''] = line.split('\t')
    return machine === '' || (machine === me.machine && user === me.user) ? [name] : []
  })

/** Identifies the machine and the PID namespace. Containers of one image may share a machine ID. */
function machineId(): string {
  const name = readOr(() => readFileSync('/etc/machine-id', 'utf8').trim(), '')
  const processes = readOr(() => readlinkSync('/proc/self/ns/pid'), '')
  const hash = createHash('sha256').update(`${name}\n${hostname()}\n${processes}`).digest('hex').slice(0, 12)
  return `${hostname()}-${hash}`
}

/** macOS has none of these files. */
function readOr(read: () => string, otherwise: string): string {
  try {
    return read()
  } catch {
    return otherwise
  }
}
