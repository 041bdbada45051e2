import type { V1Pod, V1Node } from '@kubernetes/client-node'
import type { KubeClient } from './client.ts'

/** Whether it is one of the nodes with all of these labels. */
export const hasLabels = ({ metadata }: V1Node, labels: Record<string, string>): boolean =>
  Object.entries(labels).every(([name, value]) => metadata?.labels?.[name] === value)

/** Taints that tell of a node's state come and go with it; the others are its owner's. */
export const ownTaints = ({ spec }: V1Node) =>
  (spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'))

/** Whether the node's owner lets pods come that ask for nothing special, as those of drills do. */
export const takesPods = (node: V1Node): boolean =>
  ownTaints(node).every(({ effect }) => effect !== 'NoSchedule' && effect !== 'NoExecute')

/** Whether pods that ask for nothing special go elsewhere where they can. */
export const isLast = (node: V1Node): boolean => ownTaints(node).length > 0

/** A pod that runs, and where. */
export interface PlacedPod {
  namespace: string
  name: string
  uid: string
  node: string
}

/** The pods of a selection that run; one that is on its way out is left out. */
export async function placedPods(
  { kube }: { kube: KubeClient },
  namespace: string,
  labels: Record<string, string>,
): Promise<PlacedPod[]> {
  return (await kube.pods(namespace, labels)).filter(isRunning).map(placeOf)
}

export const isRunning = ({ metadata, status }: V1Pod): boolean =>
  status?.phase === 'Running' && !metadata?.deletionTimestamp

export const placeOf = ({ metadata, spec }: V1Pod): PlacedPod => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
  node: spec?.nodeName ?? '',
})

/** Pods of a namespace, by their labels. */
export interface PodSelection {
  namespace: string
  labels: Record<string, string>
}
