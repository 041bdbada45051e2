import type { ObjectReference } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { API, NAMESPACE } from './api.ts'
import { LIMITS } from './limits.ts'
import { locationServes } from './location.ts'
import type { Method } from './methods.ts'
import { operationEnded } from './operation.ts'

/** What Velero reads from the cluster when it restores, and makes anew from the store when it is gone. */
const SYNCED = ['Backup', 'PodVolumeBackup']

/** What a restore is made from. */
export interface RestoreSource {
  /** Namespace that was backed up. */
  namespace: string
  /** Name of the Backup. */
  name: string
  /** The Backup with what belongs to it. */
  objects: ObjectReference[]
}

/** Restores the namespace, or a copy of it into another; resolves at the terminal state, whatever it is. */
export async function restoreFrom(
  lab: Lab,
  method: Method,
  source: RestoreSource,
  into: string | null,
): Promise<OperationResult> {
  const { objects } = source
  await locationServes(
    lab,
    objects.filter(({ kind }) => SYNCED.includes(kind)),
  )
  // A second restore of the same backup is another Restore: the first one's end would be taken for it.
  const name = `${source.name}-${into === null ? 'restore' : 'copy'}-${Date.now().toString(36)}`
  await lab.kube.apply([
    { apiVersion: API, kind: 'Restore', metadata: { name, namespace: NAMESPACE }, spec: restoreSpec(source, into) },
  ])
  return (await operationEnded(lab, method, 'Restore', name)).result
}

export const restoreSpec = (
  { name, namespace }: Pick<RestoreSource, 'name' | 'namespace'>,
  into: string | null,
): Record<string, unknown> => ({
  backupName: name,
  includedNamespaces: [namespace],
  itemOperationTimeout: LIMITS.itemOperation,
  ...(into === null ? {} : { namespaceMapping: { [namespace]: into } }),
})
