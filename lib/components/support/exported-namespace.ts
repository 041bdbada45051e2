import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { exportNamespace, uidOf } from './namespace-objects.ts'

/** A namespace whose volumes a tool backs up. The operator keeps its objects outside the cluster, as in Git. */
export interface ExportedNamespace {
  namespace: string
  objects: KubeObject[]
  /** Names of its volume claims. */
  claims: string[]
}

export const isClaim = ({ kind }: KubeObject): boolean => kind === 'PersistentVolumeClaim'

/** Exports the objects of a namespace. The UID tells it from an earlier namespace of the same name. */
export async function exportSubject(lab: Lab, namespace: string): Promise<ExportedNamespace & { uid: string }> {
  const objects = await exportNamespace(lab, namespace)
  const claims = objects.filter(isClaim).map(({ metadata }) => metadata.name)
  return { namespace, objects, claims, uid: await uidOf(lab.kube, namespace) }
}

/** Claims of which no snapshot is there. */
export const claimsWithoutSnapshot = (claims: string[], snapshots: { claim: string }[]): string[] =>
  claims.filter((claim) => !snapshots.some((snapshot) => snapshot.claim === claim))
