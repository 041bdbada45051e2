import { podsReady, readManifest } from '../kube/client.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { parseResources } from '../probes/resources.ts'
import {
  CHAOS_FOLDER,
  create,
  deletionOf,
  withMark,
  readFault,
  waitForInjection,
} from '../components/chaos-mesh/chaos-mesh.ts'
import type { Fault } from './fault.ts'
import { runOnNode } from './support/node-shell.ts'
import { placedPods, type PlacedPod } from '../kube/placed-pod.ts'
import { parseQuantity } from '../system/quantity.ts'
import { shellCommand } from '../output/shorten.ts'

/** CPU time in seconds after which the neighbour counts as active. An idle one uses none. */
const BUSY_SECONDS = 0.3
const MEMORY_SHARE = 0.75

/**
 * A neighbour pod uses all CPUs of the service's node. It is a separate pod, because the limits of the service would
 * hide the load.
 */
export const cpuStress = (): Fault => ({
  name: 'cpu-stress',
  description: "a pod on the service's node uses all of the node's CPUs",
  lasts: '15s',
  requires: () => Promise.resolve([]),
  async plan(lab, target) {
    const { node } = await onePod(lab, target.namespace, target.pods.labels)
    const capacity = (await lab.kube.core.readNode({ name: node })).status?.capacity?.cpu ?? '1'
    const workers = Math.ceil(parseQuantity(capacity))
    const { neighbour, fault } = await readNeighbour(lab, target.namespace, { node, workers })
    const { name, labels = {} } = neighbour.metadata
    const { namespace } = target
    let stressedMs = 0
    return {
      undo: [deletionOf(fault), { kind: 'end-stressors', namespace, pod: name }, deletionOf(neighbour)],
      async make() {
        await create(lab, neighbour)
        await podsReady(lab.kube, namespace, labels, { timeout: '60s' })
        stressedMs = Date.now()
        await create(lab, fault)
      },
      async see() {
        const pod = await onePod(lab, namespace, labels)
        await waitForInjection(lab, fault)
        const used = await grown(lab, pod, 'CPU seconds', ({ cpuSeconds }) => cpuSeconds >= BUSY_SECONDS && cpuSeconds)
        return {
          between: [stressedMs, used.seenMs],
          evidence: `${workers} workers on node "${node}" beside the service; they used ${used.value.toFixed(1)} s of CPU by then`,
        }
      },
    }
  },
})

/**
 * The service's container runs short of memory, within its limit. Memory of the node is that of the whole machine,
 * which is not safe to fill.
 */
export const memoryStress = (): Fault => ({
  name: 'memory-stress',
  description: "three quarters of the memory of the service's container are taken",
  lasts: '15s',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, pods }) {
    const pod = await onePod(lab, namespace, pods.labels)
    const bytes = MEMORY_SHARE * (await memoryLimit(lab, pod, pods.container))
    const selector = { namespaces: [namespace], labelSelectors: pods.labels }
    const memory = { workers: 1, size: `${Math.floor(bytes / 2 ** 20)}MiB` }
    const spec = { selector, containerNames: [pods.container], stressors: { memory } }
    const fault = await readFault('memory-stress.yaml', { namespace, spec })
    const before = (await usageOf(lab, pod)).memoryBytes
    return {
      undo: [deletionOf(fault), { kind: 'end-stressors', namespace, pod: pod.name }],
      make: () => create(lab, fault),
      async see(requestedMs) {
        await waitForInjection(lab, fault)
        const enough = ({ memoryBytes }: Usage) => memoryBytes - before >= bytes / 2 && memoryBytes
        const used = await grown(lab, pod, 'bytes of memory', enough)
        return {
          between: [requestedMs, used.seenMs],
          evidence: `the working set of ${namespace}/${pod.name} went from ${mebibytes(before)} to ${mebibytes(used.value)}, by ${memory.size} of a stressor`,
        }
      },
    }
  },
})

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`

async function onePod(lab: Lab, namespace: string, labels: Record<string, string>): Promise<PlacedPod> {
  const [pod] = await placedPods(lab, namespace, labels)
  if (pod === undefined) throw new Error(`no pod ${JSON.stringify(labels)} of namespace "${namespace}" runs`)
  return pod
}

async function readNeighbour(lab: Lab, namespace: string, { node, workers }: { node: string; workers: number }) {
  const [pod, fault] = await readManifest(new URL('cpu-stress.yaml', CHAOS_FOLDER))
  if (pod === undefined || fault === undefined) throw new Error('chaos/cpu-stress.yaml does not hold a pod and a fault')
  const podSpec = pod.spec as { containers: { image: string }[] }
  const containers = podSpec.containers.map((c) => ({ ...c, image: lab.artifacts.image('meshdrill/busybox') }))
  const inNamespace = (object: KubeObject, spec: object): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, namespace },
    spec: { ...(object.spec as object), ...spec },
  })
  const selector = { namespaces: [namespace], labelSelectors: pod.metadata.labels ?? {} }
  return {
    neighbour: withMark(inNamespace(pod, { nodeName: node, containers })),
    fault: withMark(inNamespace(fault, { selector, stressors: { cpu: { workers, load: 100 } } })),
  }
}

async function memoryLimit(lab: Lab, { namespace, name }: PlacedPod, container: string): Promise<number> {
  const pod = await lab.kube.core.readNamespacedPod({ namespace, name })
  const limit = pod.spec?.containers.find((one) => one.name === container)?.resources?.limits?.memory
  if (limit === undefined)
    throw new Error(`container "${container}" of pod "${namespace}/${name}" has no memory limit to press it to`)
  return parseQuantity(limit)
}

interface Usage {
  cpuSeconds: number
  memoryBytes: number
}

/** Resource usage of a pod by its kubelet. Undefined if the kubelet has not measured it yet. */
async function usageOf(lab: Lab, pod: PlacedPod): Promise<Usage> {
  const text = await lab.kube.core.connectGetNodeProxyWithPath({ name: pod.node, path: 'metrics/resource' })
  const samples = parseResources(text, { node: pod.node, toolPods: [], at: Date.now() })
  return samples.find(({ scope }) => scope === `pod/${pod.namespace}/${pod.name}`) ?? { cpuSeconds: 0, memoryBytes: 0 }
}

/** Resolves with the usage and its time when `enough` accepts the usage of the pod. */
async function grown(lab: Lab, pod: PlacedPod, what: string, enough: (usage: Usage) => number | false) {
  return waitFor(
    `${what} of pod "${pod.namespace}/${pod.name}" under stress`,
    async () => {
      const usage = await usageOf(lab, pod)
      const value = enough(usage)
      return value === false ? pending(JSON.stringify(usage)) : { value, seenMs: Date.now() }
    },
    { timeout: '30s', every: '100ms', hint: shellCommand`kubectl -n ${pod.namespace} describe stresschaos` },
  )
}

/** Prints the PID of each stressor on a node. With two arguments, only those in a cgroup that contains one of them. */
export const LIST_STRESSORS = `
for p in /proc/[0-9]*; do
  read -r name 2>/dev/null <"$p/comm" || continue
  case $name in stress-ng*|memStress*) ;; *) continue ;; esac
  case $(cat "$p/cgroup" 2>/dev/null) in *"$2"*|*"$3"*) echo "\${p#/proc/}" ;; esac
done
`

async function stressorsOf(lab: Lab, { node, uid }: PlacedPod): Promise<string[]> {
  const found = await runOnNode(lab, node, LIST_STRESSORS, ['', uid, uid.replaceAll('-', '_')])
  return found.split('\n').filter(Boolean)
}

/** Resolves when no stressor runs in the pod. A missing pod has none. */
export async function stressorsGone(lab: Lab, namespace: string, name: string): Promise<string> {
  const pod = (await placedPods(lab, namespace, {})).find((one) => one.name === name)
  if (pod === undefined) return `pod "${name}" is gone`
  return waitFor(
    `stressors of pod "${namespace}/${name}" gone`,
    async () => {
      const left = await stressorsOf(lab, pod)
      return left.length === 0
        ? 'its stressors are gone'
        : pending(`processes ${left.join(', ')} of node "${pod.node}"`)
    },
    { timeout: '30s' },
  )
}
