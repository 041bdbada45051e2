import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { Lab } from '../lab/lab.ts'
import { create, deletionOf, readFault, waitForInjection } from '../components/chaos-mesh/chaos-mesh.ts'
import { containerEnded, statusIn, statusOf, killFirstProcess } from './support/container-end.ts'
import type { Change, Fault, FaultTarget } from './fault.ts'
import { isRunning, toPlacedPod } from '../kube/placed-pod.ts'

/** Kills the container that holds the state. Kubernetes restarts it. */
export const containerKill = (): Fault => ({
  name: 'container-kill',
  description: 'the container that holds the state is killed (SIGKILL)',
  requires: () => Promise.resolve([]),
  plan: (lab, target) => killContainer(lab, target, 'container-kill.yaml', target.pods.container),
})

/**
 * Kills the mesh's proxy in the service's pod. Chaos Mesh does not support init containers, and a proxy may be a native
 * sidecar, which is one. The first process of such a proxy is killed from its node.
 */
export const proxyKill = (): Fault => ({
  name: 'proxy-kill',
  description: "the mesh's proxy beside the service is killed (SIGKILL)",
  requires: ({ mesh }) => Promise.resolve(mesh.proxy === null ? [`mesh "${mesh.name}" has no proxies`] : []),
  async plan(lab, target) {
    const { namespace, pods, mesh } = target
    if (mesh.proxy === null) throw new Error(`mesh "${mesh.name}" has no proxy to kill in namespace "${namespace}"`)
    const { container } = mesh.proxy
    const pod = (await lab.kube.pods(namespace, pods.labels)).find(isRunning)
    const stays = pod?.status?.initContainerStatuses?.find(({ name }) => name === container)
    if (pod !== undefined && stays !== undefined) return killInitContainer(lab, target, pod, stays)
    if (statusIn(pod, container) !== undefined) return killContainer(lab, target, 'proxy-kill.yaml', container)
    const name = pod?.metadata?.name ?? 'none'
    throw new Error(`pod "${name}" of namespace "${namespace}" has no container "${container}" to kill`)
  },
})

function killInitContainer(lab: Lab, { namespace, pods }: FaultTarget, pod: V1Pod, before: V1ContainerStatus): Change {
  let killed = ''
  return {
    undo: [{ kind: 'nothing', because: 'a killed process leaves nothing to undo' }],
    async make() {
      killed = await killFirstProcess(lab, toPlacedPod(pod), before)
    },
    async see(requestedMs) {
      const place = { namespace, labels: pods.labels, container: before.name }
      const end = await containerEnded(lab, place, before, requestedMs)
      const words = `${namespace}/${pod.metadata?.name ?? '?'}/${before.name}, process ${killed} of its node,`
      return { between: end.between, evidence: `${words} ended with exit code ${end.exitCode}, ${end.reason}` }
    },
  }
}

async function killContainer(lab: Lab, target: FaultTarget, file: string, container: string): Promise<Change> {
  const { namespace, pods } = target
  const place = { namespace, labels: pods.labels, container }
  const before = await statusOf(lab, place)
  const selector = { namespaces: [namespace], labelSelectors: pods.labels }
  const fault = await readFault(file, { namespace, spec: { containerNames: [container], selector } })
  return {
    undo: [deletionOf(fault)],
    make: () => create(lab, fault),
    async see(requestedMs) {
      const targets = await waitForInjection(lab, fault)
      const end = await containerEnded(lab, place, before, requestedMs)
      return {
        between: end.between,
        evidence: `${targets.join(', ')} ended with exit code ${end.exitCode}, ${end.reason}`,
      }
    },
  }
}
