import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { earliest, timeMs } from '../support/times.ts'
import { actionReference, APPS, exceptionsOf, failureOf, waitForAction, type Timing } from './actions.ts'

/** What is restored: a namespace as it was, and the exported content of it. */
interface Source {
  namespace: KubeObject
  content: string | null
  into: string | null
}

export const restorePoint = (namespace: string, name: string, content: string): KubeObject => ({
  apiVersion: APPS,
  kind: 'RestorePoint',
  metadata: { name, namespace, labels: { 'k10.kasten.io/appNamespace': namespace } },
  spec: { restorePointContentRef: { name: content } },
})

export const restoreAction = (namespace: string, name: string): KubeObject => ({
  ...actionReference('RestoreAction', namespace, name),
  spec: { subject: { apiVersion: APPS, kind: 'RestorePoint', name, namespace }, targetNamespace: namespace },
})

/** Restores from the exported content. RestorePoints live in the namespace, and are lost with it: a new one names the content. */
export async function restore(
  lab: Lab,
  { namespace, content, into }: Source,
  backup: string,
  timing: Timing,
): Promise<OperationResult> {
  if (content === null) return nothingExported(namespace.metadata.name)
  const target = into ?? namespace.metadata.name
  await lab.kube.apply([{ ...namespace, metadata: { ...namespace.metadata, name: target } }])
  // Restores of an earlier try may still be there.
  const name = `${backup}-${Date.now().toString(36)}`
  await lab.kube.create(restorePoint(target, name, content))
  await lab.kube.create(restoreAction(target, name))
  const action = await waitForAction(lab, 'RestoreAction', { namespace: target, name }, timing)
  const { state = '', startTime, endTime } = action.status ?? {}
  const succeeded = state === 'Complete'
  return {
    state,
    succeeded,
    startedMs: earliest([timeMs(action.metadata.creationTimestamp), timeMs(startTime)]),
    endedMs: timeMs(endTime),
    bytes: null,
    details: {
      message: succeeded ? null : (failureOf(action) ?? 'Kasten says nothing of the reason'),
      exceptions: exceptionsOf([action]),
    },
  }
}

const nothingExported = (namespace: string): OperationResult => ({
  state: 'NoRestorePointContent',
  succeeded: false,
  startedMs: null,
  endedMs: null,
  bytes: null,
  details: { message: `nothing of namespace "${namespace}" was exported, so that there is nothing to restore from` },
})
