import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { isReady } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { listFaultObjects } from '../../components/chaos-mesh/component.ts'
import type { Lab } from '../../lab/lab.ts'
import { storeAddressHere } from './far-ends.ts'
import { NOT_OF_DAEMONS } from '../../probes/places.ts'
import { daemonOn, runInDaemon } from './node-shell.ts'
import { toPlacedPod, type PlacedPod, admitsPods } from '../../kube/placed-pod.ts'
import { staleProxies } from '../pod-failure.ts'
import { canConnect, tryThreeTimes } from '../../system/connect.ts'
import { LIST_RULES, parseRules } from './pod-network.ts'
import { LIST_STRESSORS } from '../stress.ts'

/** What faults left on a node, beside what the API server knows. */
interface NodeTraces {
  /** By the UID of the pod in whose network they are; '' where that is not known. */
  rules: { podUid: string; rules: string[] }[]
  /** PIDs of stressors. */
  stressors: string[]
}

const SPACE = 'space '
const STRESSOR = 'stressor '

/** Each network namespace of the node's processes once, but for the node's own. */
const SCRIPT = `
seen=" $(stat -L -c %i /proc/1/ns/net) "
stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null | while read -r space path; do
  case $seen in *" $space "*) continue ;; esac
  seen="$seen$space "
  echo "${SPACE}$(sed -n 's#.*/.*pod\\([0-9a-f][0-9a-f_-]\\{35\\}\\).*#\\1#p' "\${path%/ns/net}/cgroup" 2>/dev/null | head -n 1)"
  /usr/bin/nsenter --net="$path" -- sh -c "$1" 2>/dev/null
done
( ${LIST_STRESSORS} ) | sed 's/^/${STRESSOR}/'
`

/** What is left on the node of a daemon. */
async function tracesOn(lab: Lab, daemon: PlacedPod): Promise<NodeTraces> {
  return parseTraces(await runInDaemon(lab, daemon, SCRIPT, [LIST_RULES]))
}

/** The lines of the script: a heading for each network namespace with the rules in it, then the stressors. */
export function parseTraces(text: string): NodeTraces {
  const lines = text.split('\n')
  const stressors = lines.filter((line) => line.startsWith(STRESSOR)).map((line) => line.slice(STRESSOR.length))
  const spaces = lines
    .filter((line) => !line.startsWith(STRESSOR))
    .join('\n')
    .split(new RegExp(`^${SPACE}`, 'm'))
    .slice(1)
  const rules = spaces.map((space) => ({
    podUid: space.slice(0, space.indexOf('\n')).trim().replaceAll('_', '-'),
    rules: parseRules(space),
  }))
  return { rules: rules.filter((one) => one.rules.length > 0), stressors }
}

/** What was found in the lab, from which the leftovers are told. */
export interface Findings {
  /** Objects of Chaos Mesh, of every kind. */
  faults: KubeObject[]
  nodes: V1Node[]
  /** How many nodes there should be; null where nobody knows. */
  expectedNodes: number | null
  pods: V1Pod[]
  /** The nodes that are looked at. */
  lookedAt: string[]
  daemons: PlacedPod[]
  traces: { node: string; traces: NodeTraces }[]
  storeAnswers: boolean
}

/** Where a drill was, and so its faults. */
export interface Whereabouts {
  /** Those of its pods, of the tool's and of the mesh's. */
  namespaces: string[]
  nodes: string[]
}

/** Labels of pods that are part of a fault. */
const TASK = 'chaos-mesh.org/workflow'
const OF_FAULT = 'meshdrill/fault'

/** How long what is on its way out may take: objects that others own, pods that end. */
const PATIENCE_MS = 10_000

/**
 * What is still there of any fault: Chaos Mesh's objects, rules and shapers in pods' networks, stressors, pods of tasks, nodes
 * and a store that are not back. A sentence each; none where the lab is as it was. Looks again for some seconds before it
 * tells of anything. Networks and processes are looked at on the nodes that the drill or its faults came to, and where its
 * pods are by now: it costs the same however large the cluster is.
 */
export async function takeInventory(lab: Lab, where: Whereabouts, patienceMs = PATIENCE_MS): Promise<string[]> {
  const untilMs = Date.now() + patienceMs
  for (;;) {
    const left = await lookOnce(lab, where)
    if (left.length === 0 || Date.now() >= untilMs) return left
  }
}

async function lookOnce(lab: Lab, where: Whereabouts): Promise<string[]> {
  const [faults, nodes, pods, answers] = await Promise.all([
    listFaultObjects(lab.kube),
    lab.kube.core.listNode(),
    listPods(lab, where.namespaces),
    tryThreeTimes(() => canConnect(storeAddressHere(lab))),
  ])
  const placed = pods.map(toPlacedPod).flatMap(({ node }) => (node === '' ? [] : [node]))
  const lookedAt = [...new Set([...where.nodes, ...placed])]
  const daemons = (await Promise.all(lookedAt.map((node) => daemonOn(lab, node)))).filter((one) => one !== undefined)
  const traces = await Promise.all(
    daemons.map(async (daemon) => ({ node: daemon.node, traces: await tracesOn(lab, daemon) })),
  )
  const marked = traces.filter(({ traces: { rules } }) => rules.length > 0).map(({ node }) => node)
  return tellLeftovers({
    faults,
    nodes: nodes.items,
    expectedNodes: 'nodeCount' in lab.cluster ? Number(lab.cluster.nodeCount) : null,
    pods: once([...pods, ...(await Promise.all(marked.map((node) => podsOn(lab, node)))).flat()]),
    lookedAt,
    daemons,
    traces,
    storeAnswers: answers,
  })
}

/** Pods of the drill's namespaces, and those of tasks and faults wherever they are; each once. */
async function listPods({ kube }: Lab, namespaces: string[]): Promise<V1Pod[]> {
  const labelled = [TASK, OF_FAULT].map((labelSelector) => kube.core.listPodForAllNamespaces({ labelSelector }))
  const inside = namespaces.map((namespace) =>
    kube.core.listNamespacedPod({ namespace, labelSelector: NOT_OF_DAEMONS }),
  )
  return once((await Promise.all([...labelled, ...inside])).flatMap(({ items }) => items))
}

const once = (pods: V1Pod[]): V1Pod[] => [...new Map(pods.map((pod) => [pod.metadata?.uid, pod])).values()]

/** To name the pods in whose networks something was found. */
const podsOn = async ({ kube }: Lab, node: string): Promise<V1Pod[]> =>
  (await kube.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` })).items

/** The leftovers among what was found, a sentence each. */
export function tellLeftovers(found: Findings): string[] {
  const missing = (found.expectedNodes ?? 0) - found.nodes.length
  return [
    ...found.faults.map(tellFault),
    ...found.nodes.flatMap(tellNode),
    ...(missing > 0 ? [`${missing} of ${found.expectedNodes ?? 0} nodes are missing`] : []),
    // Where no pod of a drill can come, no fault of it can either.
    ...found.nodes
      .filter((node) => found.lookedAt.includes(node.metadata?.name ?? '') && isReady(node) && admitsPods(node))
      .flatMap((node) => tellDaemon(node, found.daemons)),
    ...found.pods.flatMap(tellPod),
    ...found.traces.flatMap(({ node, traces }) => tellTraces(node, traces, found.pods)),
    ...(found.storeAnswers ? [] : ['the S3 store does not answer']),
  ]
}

function tellFault({ kind, metadata }: KubeObject): string {
  const held = metadata.finalizers?.length ? `, held by the finalizer ${metadata.finalizers.join(', ')}` : ''
  const where = metadata.namespace === undefined ? '' : ` of namespace "${metadata.namespace}"`
  return `${kind} "${metadata.name}"${where} is still there${held}`
}

function tellNode(node: V1Node): string[] {
  const name = node.metadata?.name ?? '?'
  return [
    ...(isReady(node) ? [] : [`node "${name}" is not Ready`]),
    ...(node.spec?.unschedulable ? [`node "${name}" takes no pods: it is cordoned`] : []),
  ]
}

function tellDaemon({ metadata }: V1Node, daemons: PlacedPod[]): string[] {
  const name = metadata?.name ?? '?'
  return daemons.some(({ node }) => node === name)
    ? []
    : [`node "${name}" has no chaos-daemon that is Ready: it was not looked at`]
}

function tellPod(pod: V1Pod): string[] {
  const { name, namespace } = toPlacedPod(pod)
  const ended = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')
  const task = pod.metadata?.labels?.[TASK]
  const fault = pod.metadata?.labels?.[OF_FAULT]
  return [
    ...(task !== undefined && !ended
      ? [`pod "${name}" of namespace "${namespace}" still does the task of Workflow "${task}"`]
      : []),
    ...(fault !== undefined
      ? [`pod "${name}" of namespace "${namespace}" is still there, of the fault "${fault}"`]
      : []),
    ...staleProxies(pod).map(
      (proxy) =>
        `container "${proxy.name}" of pod "${namespace}/${name}" still runs ${proxy.image}, which is not its own image`,
    ),
  ]
}

function tellTraces(node: string, { rules, stressors }: NodeTraces, pods: V1Pod[]): string[] {
  const nameOf = (uid: string) => {
    const metadata = pods.find((pod) => pod.metadata?.uid === uid)?.metadata
    return metadata ? `"${metadata.namespace ?? '?'}/${metadata.name ?? '?'}"` : `of UID "${uid}"`
  }
  return [
    ...rules.map(
      ({ podUid, rules }) => `the network of pod ${nameOf(podUid)} on node "${node}" still has ${rules.join(', ')}`,
    ),
    ...stressors.map((pid) => `process ${pid} of node "${node}" is a stressor that still runs`),
  ]
}
