import type { KubeObject } from '../../kube/object.ts'
import { shellCommand } from '../../output/shorten.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { timeMs } from '../support/times.ts'
import { readSpan } from './measures.ts'

/* KubeStash's objects, as far as the drills read them. */

export const CORE = 'core.kubestash.com/v1alpha1'
export const STORAGE = 'storage.kubestash.com/v1alpha1'

/** How long KubeStash is waited for, and how often it is asked. */
export interface Timing {
  /** For the end of a session. Longer than the Jobs may take by their own deadline. */
  session: string
  /** For an object to be Ready. */
  ready: string
  every: string
}

export const TIMING: Timing = { session: TIMEOUT, ready: '2m', every: '200ms' }

interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
}

/** A BackupStorage, a BackupConfiguration or a Repository: usable when its phase is Ready. */
export interface Prepared extends KubeObject {
  status?: { phase?: string; conditions?: Condition[] }
}

/** A BackupSession or a RestoreSession. Its status has a duration, such as `25s`, and no times. */
export interface Session extends KubeObject {
  status?: {
    phase?: string
    duration?: string
    conditions?: Condition[]
    /** Of a BackupSession. */
    snapshots?: { name?: string; phase?: string }[]
    /** Of a RestoreSession: what was restored of each component, and why it was not. */
    components?: Record<string, { phase?: string; error?: string }>
  }
}

interface ResticStats {
  /** Sizes such as `2.262 KiB`. */
  size?: string
  uploaded?: string
  startTime?: string
  endTime?: string
  /** Where some versions have the times. */
  summary?: { startTime?: string; endTime?: string }
}

export interface Snapshot extends KubeObject {
  status?: { phase?: string; components?: Record<string, { error?: string; resticStats?: ResticStats[] }> }
}

export type SessionKind = 'BackupSession' | 'RestoreSession'

/** Phases in which a session has ended. Any other phase is still going on. */
const TERMINAL: Record<SessionKind, readonly string[]> = {
  BackupSession: ['Succeeded', 'Failed', 'Skipped'],
  RestoreSession: ['Succeeded', 'Failed', 'Invalid'],
}

export const hasEnded = (kind: SessionKind, { status }: Session): boolean =>
  TERMINAL[kind].includes(status?.phase ?? '')

export const coreReference = (kind: SessionKind | 'BackupConfiguration', namespace: string, name: string) => ({
  apiVersion: CORE,
  kind,
  metadata: { name, namespace },
})

export const storageReference = (
  kind: 'BackupStorage' | 'RetentionPolicy' | 'Snapshot',
  namespace: string,
  name: string,
) => ({ apiVersion: STORAGE, kind, metadata: { name, namespace } })

/** What KubeStash says of a failure, in its own words; null if it says nothing. */
export function failureOf({ status }: Session | Prepared): string | null {
  const skipped = ({ type, status: is }: Condition) => type === 'BackupSkipped' && is === 'True'
  const conditions = (status?.conditions ?? []).filter((one) => one.status === 'False' || skipped(one))
  const components = status !== undefined && 'components' in status ? Object.values(status.components ?? {}) : []
  const said = [...conditions.map(({ message, reason }) => message ?? reason), ...components.map(({ error }) => error)]
  return said.filter(Boolean).join('; ') || null
}

/** When a session ended: its begin, and the duration that KubeStash gives. */
export const sessionEndMs = ({ metadata, status }: Session): number | null => {
  const [startedMs, spanMs] = [timeMs(metadata.creationTimestamp), readSpan(status?.duration)]
  return startedMs === null || spanMs === null ? null : startedMs + spanMs
}

const describe = (object: Session | Prepared): string =>
  [object.status?.phase ?? 'no phase', failureOf(object)].filter(Boolean).join(': ')

/** Resolves when a session has ended, in whatever phase. Errors: it is gone, or does not end. */
export async function sessionEnded(
  lab: Lab,
  kind: SessionKind,
  { namespace, name }: { namespace: string; name: string },
  { session: timeout, every }: Timing,
): Promise<Session> {
  const next = shellCommand`kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`
  return waitFor<Session>(
    `KubeStash ${kind} "${name}" in namespace "${namespace}" ended`,
    async () => {
      const found = await lab.kube.get<Session>(coreReference(kind, namespace, name))
      if (found === null)
        throw new Error(
          `KubeStash ${kind} "${name}" is gone from namespace "${namespace}". Next: kubectl -n ${namespace} get events`,
        )
      return hasEnded(kind, found) ? found : pending(describe(found))
    },
    { timeout, every, hint: next },
  )
}

/** Resolves when an object is Ready. Errors: it is Invalid, gone, or not Ready in time, with what KubeStash says. */
export async function objectReady(lab: Lab, reference: KubeObject, { ready: timeout, every }: Timing): Promise<void> {
  const { kind, metadata } = reference
  const { name, namespace = '' } = metadata
  const what = `KubeStash ${kind} "${name}" in namespace "${namespace}"`
  const next = shellCommand`kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`
  await waitFor(
    `${what} Ready`,
    async () => {
      const found = await lab.kube.get<Prepared>(reference)
      if (found === null) throw new Error(`${what} is gone. Next: kubectl -n ${namespace} get events`)
      if (found.status?.phase === 'Invalid') throw new Error(`${what} is refused: ${describe(found)}. Next: ${next}`)
      return found.status?.phase === 'Ready' ? true : pending(describe(found))
    },
    { timeout, every, hint: next },
  )
}
