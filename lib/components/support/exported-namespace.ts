import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { exportNamespace, readUid } from './namespace-objects.ts'
import { selector, type KubeClient } from '../../kube/client.ts'

/** A namespace with volumes that a tool backs up. The operator keeps its objects outside the cluster, for example in Git. */
export interface ExportedNamespace {
  namespace: string
  objects: KubeObject[]
  /** Names of its volume claims. */
  claims: string[]
}

export const isClaim = ({ kind }: KubeObject): boolean => kind === 'PersistentVolumeClaim'

/** Exports the objects of a namespace. The UID differs from that of an earlier namespace with the same name. */
export async function exportSubject(lab: Lab, namespace: string): Promise<ExportedNamespace & { uid: string }> {
  const objects = await exportNamespace(lab, namespace)
  const claims = objects.filter(isClaim).map(({ metadata }) => metadata.name)
  return { namespace, objects, claims, uid: await readUid(lab.kube, namespace) }
}

/** The claims without a snapshot. */
export const claimsWithoutSnapshot = (claims: string[], snapshots: { claim: string }[]): string[] =>
  claims.filter((claim) => !snapshots.some((snapshot) => snapshot.claim === claim))

/** Objects of one kind in a namespace. */
interface ObjectQuery {
  group: string
  version: string
  plural: string
  namespace: string
  labels?: Record<string, string>
}

/** Lists objects. Kubernetes leaves `apiVersion` and `kind` out of the items of a list. */
export async function listObjects<T extends KubeObject>(
  { custom }: Pick<KubeClient, 'custom'>,
  { labels = {}, ...resource }: ObjectQuery,
): Promise<T[]> {
  const answer = (await custom.listNamespacedCustomObject({ ...resource, labelSelector: selector(labels) })) as {
    items: T[]
  }
  return answer.items
}
