import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { isReady } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { listFaultObjects } from '../../components/chaos-mesh/component.ts'
import type { Lab } from '../../lab/lab.ts'
import { storeAddressHere } from './far-ends.ts'
import { NOT_OF_DAEMON_SETS } from '../../probes/places.ts'
import { daemonOn, runInDaemon } from './node-shell.ts'
import { toPlacedPod, type PlacedPod, admitsPods } from '../../kube/placed-pod.ts'
import { staleProxies } from '../pod-failure.ts'
import { canConnect, tryThreeTimes } from '../../system/connect.ts'
import { LIST_RULES, parseRules } from './pod-network.ts'
import { LIST_STRESSORS } from '../stress.ts'

/** Leftovers of faults on a node that the API server does not know. */
interface NodeTraces {
  /** Rules by the UID of the pod of their network; '' if it is not known. */
  rules: { podUid: string; rules: string[] }[]
  /** PIDs of stressors. */
  stressors: string[]
}

const SPACE = 'space '
const STRESSOR = 'stressor '

/** Lists each network namespace of the node's processes once, except that of the node. */
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

/** Leftovers on the node of a daemon. */
async function tracesOn(lab: Lab, daemon: PlacedPod): Promise<NodeTraces> {
  return parseTraces(await runInDaemon(lab, daemon, SCRIPT, [LIST_RULES]))
}

/** Parses the output of the script: a heading for each network namespace with its rules, then the stressors. */
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

/** Observations of the lab. The leftovers follow from them. */
export interface Findings {
  /** Objects of Chaos Mesh, of every kind. */
  faults: KubeObject[]
  nodes: V1Node[]
  /** Expected number of nodes. Null if it is not known. */
  expectedNodes: number | null
  pods: V1Pod[]
  /** The nodes that are checked. */
  lookedAt: string[]
  daemons: PlacedPod[]
  traces: { node: string; traces: NodeTraces }[]
  storeAnswers: boolean
}

/** The places of a drill, and so of its faults. */
export interface Whereabouts {
  /** Namespaces of its pods, of the tool and of the mesh. */
  namespaces: string[]
  nodes: string[]
}

/** Labels of pods that belong to a fault. */
const TASK = 'chaos-mesh.org/workflow'
const OF_FAULT = 'meshdrill/fault'

/** Time for objects with owners and for ending pods to disappear. */
const PATIENCE_MS = 10_000

/**
 * Lists leftovers of faults, one sentence each: Chaos Mesh objects, rules and shapers in the networks of pods,
 * stressors, pods of tasks, and nodes or a store that are not back. Empty if the lab is clean. Checks again for some
 * seconds before it reports anything. Networks and processes are checked only on the nodes that the drill or its faults
 * used, and on the current nodes of its pods, so the cost does not grow with the cluster.
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
  return describeLeftovers({
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

/** Pods of the drill's namespaces, and pods of tasks and faults in all namespaces, each once. */
async function listPods({ kube }: Lab, namespaces: string[]): Promise<V1Pod[]> {
  const labelled = [TASK, OF_FAULT].map((labelSelector) => kube.core.listPodForAllNamespaces({ labelSelector }))
  const inside = namespaces.map((namespace) =>
    kube.core.listNamespacedPod({ namespace, labelSelector: NOT_OF_DAEMON_SETS }),
  )
  return once((await Promise.all([...labelled, ...inside])).flatMap(({ items }) => items))
}

const once = (pods: V1Pod[]): V1Pod[] => [...new Map(pods.map((pod) => [pod.metadata?.uid, pod])).values()]

/** Pods of a node, to name the ones with leftovers in their networks. */
const podsOn = async ({ kube }: Lab, node: string): Promise<V1Pod[]> =>
  (await kube.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}` })).items

/** Describes the leftovers, one sentence each. */
export function describeLeftovers(found: Findings): string[] {
  const missing = (found.expectedNodes ?? 0) - found.nodes.length
  return [
    ...found.faults.map(describeFaultObject),
    ...found.nodes.flatMap(describeNodeProblems),
    ...(missing > 0 ? [`${missing} of ${found.expectedNodes ?? 0} nodes are missing`] : []),
    // A node without pods of the drill has no faults of it.
    ...found.nodes
      .filter((node) => found.lookedAt.includes(node.metadata?.name ?? '') && isReady(node) && admitsPods(node))
      .flatMap((node) => describeMissingDaemon(node, found.daemons)),
    ...found.pods.flatMap(describePodProblems),
    ...found.traces.flatMap(({ node, traces }) => describeTraces(node, traces, found.pods)),
    ...(found.storeAnswers ? [] : ['the S3 store does not answer']),
  ]
}

function describeFaultObject({ kind, metadata }: KubeObject): string {
  const held = metadata.finalizers?.length ? `, held by the finalizer ${metadata.finalizers.join(', ')}` : ''
  const where = metadata.namespace === undefined ? '' : ` of namespace "${metadata.namespace}"`
  return `${kind} "${metadata.name}"${where} is still there${held}`
}

function describeNodeProblems(node: V1Node): string[] {
  const name = node.metadata?.name ?? '?'
  return [
    ...(isReady(node) ? [] : [`node "${name}" is not Ready`]),
    ...(node.spec?.unschedulable ? [`node "${name}" takes no pods: it is cordoned`] : []),
  ]
}

function describeMissingDaemon({ metadata }: V1Node, daemons: PlacedPod[]): string[] {
  const name = metadata?.name ?? '?'
  return daemons.some(({ node }) => node === name)
    ? []
    : [`node "${name}" has no chaos-daemon that is Ready, so it was not checked`]
}

function describePodProblems(pod: V1Pod): string[] {
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

function describeTraces(node: string, { rules, stressors }: NodeTraces, pods: V1Pod[]): string[] {
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
