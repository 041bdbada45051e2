import { selector } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { TIMEOUT } from '../support/job-pods.ts'
import { timeMs } from '../support/namespace-restore.ts'
import { shellCommand } from '../../output/shell-quote.ts'

/** K8up's objects, as far as the drills read them. */

export const API = 'k8up.io/v1'

/** On every pod that moves data, and on nothing else. */
export const MOVER = { k8upjob: 'true' }

/** A Backup or a Restore. */
export interface K8upOperation extends KubeObject {
  status?: {
    conditions?: { type: string; status: string; reason: string; message?: string; lastTransitionTime?: string }[]
  }
}

/** A restic snapshot, as K8up tells of it in the namespace whose volume it is of. */
export interface K8upSnapshot extends KubeObject {
  spec: { id?: string; date?: string; paths?: string[] }
}

export const reference = (kind: 'Backup' | 'Restore' | 'Snapshot', namespace: string, name: string) => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace },
})

/** How K8up says that an operation ended. */
export interface OperationEnd {
  /** The reason of its condition Completed: Succeeded, or Failed. */
  state: string
  startedMs: number | null
  endedMs: number | null
  message: string | null
}

/** The end of an operation; a text, of what it is at, where it has not ended. */
export function readEnd({ metadata, status }: K8upOperation): OperationEnd | string {
  const conditions = status?.conditions ?? []
  const completed = conditions.find(({ type, status: is }) => type === 'Completed' && is === 'True')
  if (completed === undefined) {
    return (
      conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message ?? ''}`).join('; ') || 'no status'
    )
  }
  return {
    state: completed.reason,
    startedMs: timeMs(metadata.creationTimestamp),
    endedMs: timeMs(completed.lastTransitionTime),
    message: completed.message ?? null,
  }
}

/** Resolves when K8up says that the operation ended, which it looks at every 5 s. */
export async function operationEnded(
  lab: Lab,
  kind: 'Backup' | 'Restore',
  { namespace, name }: { namespace: string; name: string },
): Promise<OperationEnd> {
  return waitFor<OperationEnd>(
    `K8up ${kind} "${name}" in namespace "${namespace}" ended`,
    async () => {
      const object = await lab.kube.get<K8upOperation>(reference(kind, namespace, name))
      if (object === null) throw new Error(`K8up ${kind} "${name}" is gone from namespace "${namespace}"`)
      const end = readEnd(object)
      return typeof end === 'string' ? pending(end) : end
    },
    { timeout: TIMEOUT, hint: shellCommand`kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}` },
  )
}

/** Objects of a namespace; the items of a list do not say their kind. */
export async function list<T extends KubeObject>(
  lab: Lab,
  resource: { group: string; plural: string },
  namespace: string,
  labels: Record<string, string> = {},
): Promise<T[]> {
  const answer = (await lab.kube.custom.listNamespacedCustomObject({
    ...resource,
    version: 'v1',
    namespace,
    labelSelector: selector(labels),
  })) as { items: T[] }
  return answer.items
}
