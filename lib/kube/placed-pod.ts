import type { V1Pod } from '@kubernetes/client-node'
import type { KubeClient } from './client.ts'

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
