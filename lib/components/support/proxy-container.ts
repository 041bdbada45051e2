import type { V1Container, V1Pod } from '@kubernetes/client-node'

/** The proxy of a pod by the name of its container: a normal container, or an init container that is a native sidecar. */
export const proxyOf = ({ spec }: V1Pod, name: string): V1Container | undefined =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find((container) => container.name === name)

/** True if a pod runs with a proxy, and nobody deletes the pod. */
export const runsProxy = (pod: V1Pod, name: string): boolean =>
  proxyOf(pod, name) !== undefined && pod.status?.phase === 'Running' && pod.metadata?.deletionTimestamp === undefined

/** ID of the proxy's container. A restarted proxy has a new ID. */
export function proxyIdOf({ metadata, status }: V1Pod, name: string): string {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return statuses.find((container) => container.name === name)?.containerID ?? `${metadata?.uid ?? ''}/${name}`
}
