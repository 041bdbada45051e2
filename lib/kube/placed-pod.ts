import type { V1Pod, V1Node } from '@kubernetes/client-node'
import type { KubeClient } from './client.ts'

/** True if a node has all of these labels. */
export const hasLabels = ({ metadata }: V1Node, labels: Record<string, string>): boolean =>
  Object.entries(labels).every(([name, value]) => metadata?.labels?.[name] === value)

/** Taints that the node's owner set. Kubernetes sets the others, for the state of the node. */
export const ownTaints = ({ spec }: V1Node) =>
  (spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'))

/** True if pods without tolerations, such as those of drills, can run on the node. */
export const admitsPods = (node: V1Node): boolean =>
  ownTaints(node).every(({ effect }) => effect !== 'NoSchedule' && effect !== 'NoExecute')

/** True if the scheduler prefers other nodes for pods without tolerations. */
export const isAvoided = (node: V1Node): boolean => ownTaints(node).length > 0

/** A running pod with its node. */
export interface PlacedPod {
  namespace: string
  name: string
  uid: string
  node: string
}

/** The running pods of a selection, without pods that are being deleted. */
export async function placedPods(
  { kube }: { kube: KubeClient },
  namespace: string,
  labels: Record<string, string>,
): Promise<PlacedPod[]> {
  return (await kube.pods(namespace, labels)).filter(isRunning).map(toPlacedPod)
}

export const isRunning = ({ metadata, status }: V1Pod): boolean =>
  status?.phase === 'Running' && !metadata?.deletionTimestamp

export const toPlacedPod = ({ metadata, spec }: V1Pod): PlacedPod => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
  node: spec?.nodeName ?? '',
})

/** Selects pods of a namespace by labels. */
export interface PodSelection {
  namespace: string
  labels: Record<string, string>
}
