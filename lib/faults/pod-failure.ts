import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { isReady } from '../kube/client.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { create, deletionOf, readFault, waitForInjection } from '../components/chaos-mesh/chaos-mesh.ts'
import { containerEnded, statusIn, killFirstProcess } from './support/container-end.ts'
import type { Fault } from './fault.ts'
import { toPlacedPod, type PlacedPod } from '../kube/placed-pod.ts'
import { shellCommand } from '../output/shorten.ts'

/** The service's pod stays but does nothing: each of its containers is replaced by one that only waits. */
export const podFailure = (): Fault => ({
  name: 'pod-failure',
  description: "the service's pod stays, and serves nothing",
  lasts: '10s',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, pods }) {
    const { labels, container } = pods
    const place = { namespace, labels, container }
    const [pod] = await lab.kube.pods(namespace, labels)
    const before = statusIn(pod, container)
    if (pod === undefined || before === undefined) {
      throw new Error(`no pod ${JSON.stringify(labels)} with a container "${container}" in namespace "${namespace}"`)
    }
    const selector = { namespaces: [namespace], labelSelectors: labels }
    const fault = await readFault('pod-failure.yaml', { namespace, spec: { selector } })
    return {
      undo: [deletionOf(fault), { kind: 'own-images', pod: toPlacedPod(pod), images: imagesOf(pod) }],
      make: () => create(lab, fault),
      async see(requestedMs) {
        const targets = await waitForInjection(lab, fault)
        const end = await containerEnded(lab, place, before, requestedMs)
        const swapped = await notReady(lab, pod)
        return {
          between: end.between,
          evidence: `container "${container}" of ${targets.join(', ')} ended with exit code ${end.exitCode}; ${swapped}`,
        }
      },
    }
  },
})

const imagesOf = (pod: V1Pod): string => [...(pod.spec?.containers ?? [])].map(({ image }) => image ?? '').join(', ')

const current = ({ kube }: Lab, { metadata }: V1Pod): Promise<V1Pod> =>
  kube.core.readNamespacedPod({ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' })

/** Waits until the pod is not Ready and its containers have other images. */
async function notReady(lab: Lab, pod: V1Pod): Promise<string> {
  return waitFor(
    `pod "${pod.metadata?.name ?? '?'}" swapped and not Ready`,
    async () => {
      const now = await current(lab, pod)
      const images = imagesOf(now)
      if (images === imagesOf(pod)) return pending(`its images are still ${images}`)
      return isReady(now)
        ? pending(`still Ready, with the images ${images}`)
        : `it is not Ready, with the images ${images}`
    },
    { timeout: '30s', every: '50ms' },
  )
}

/**
 * Waits until the pod has its own images again and is Ready. A proxy that is an init container must start successfully
 * before the kubelet reads its image again. With the wrong image it never does, so such a container is ended here. A
 * missing pod needs no healing.
 */
export async function hasOwnImages(lab: Lab, pod: PlacedPod, images: string): Promise<string> {
  const { name, namespace, uid } = pod
  const ended = new Set<string>()
  return waitFor(
    `pod "${name}" of namespace "${namespace}" Ready with its own images`,
    async () => {
      const now = (await lab.kube.pods(namespace)).find(({ metadata }) => metadata?.uid === uid)
      if (now === undefined) return `pod "${name}" is gone`
      const seen = imagesOf(now)
      if (seen !== images) return pending(`its images are ${seen}`)
      const [stale] = staleProxies(now).filter(({ containerID = '' }) => !ended.has(containerID))
      if (stale !== undefined) {
        ended.add(stale.containerID ?? '')
        await killFirstProcess(lab, toPlacedPod(now), stale)
      }
      return isReady(now) ? `pod "${name}" is Ready with its own images` : pending('it is not Ready')
    },
    { timeout: '120s', hint: shellCommand`kubectl -n ${namespace} describe pod ${name}` },
  )
}

/** Init containers that run with another image than the one in their pod. */
export const staleProxies = ({ spec, status }: V1Pod): V1ContainerStatus[] =>
  (status?.initContainerStatuses ?? []).filter(({ name, image, state }) => {
    const wanted = spec?.initContainers?.find((container) => container.name === name)?.image
    return state?.running !== undefined && wanted !== undefined && !image.endsWith(wanted)
  })
