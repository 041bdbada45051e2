import type { V1Node } from '@kubernetes/client-node'
import { canWipeVolumes, hasNodePower, type Cluster, type NodePower } from '../lab/cluster.ts'
import type { ObjectReference } from '../kube/object.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { UNTIL_HEALED, type Change, type Fault, type FaultTarget } from './fault.ts'
import { nodeBack, nodeRuns } from './support/node-return.ts'
import { toPlacedPod, type PlacedPod, hasLabels, isAvoided, ownTaints } from '../kube/placed-pod.ts'
import { planCut } from './support/reach.ts'
import { tryThreeTimes, canConnect } from '../system/connect.ts'
import type { NodeState } from '../lab/undo.ts'
import { shellCommand } from '../output/shorten.ts'

const KUBELET_PORT = 10250
/**
 * Number of kubelets that are asked to learn whether this machine reaches kubelets. A node with an unreachable kubelet
 * is never cut off.
 */
const PROBED_KUBELETS = 5

/**
 * Cuts the power of the node of the service's pod. With volumes `kept`, the node comes back with them. With volumes
 * `lost`, it does not, by decision of the operator: its Node object is deleted, and after healing it starts with empty
 * disks.
 */
export function nodeOutage({ volume }: { volume: 'kept' | 'lost' }): Fault {
  const lost = volume === 'lost'
  return {
    name: lost ? 'node-loss' : 'node-outage',
    description: lost
      ? "the service's node is lost, with its volumes"
      : "the power of the service's node is cut for 15 s",
    lasts: lost ? UNTIL_HEALED : '15s',
    requires: (lab) => requires(lab, lost),
    async plan(lab, target) {
      const { cluster } = lab
      if (!hasNodePower(cluster)) throw new Error(powerless(cluster))
      return planOutage(lab, cluster, await nodeOf(lab, target), lost)
    },
  }
}

async function requires({ cluster, kube }: Lab, lost: boolean): Promise<string[]> {
  if (!hasNodePower(cluster)) return [powerless(cluster)]
  if (lost && !canWipeVolumes(cluster))
    return [
      `provider "${cluster.provider}" cannot take a node's disks away: a node that is lost would come back with them`,
    ]
  const { items } = await kube.core.listNode()
  const workers = items.filter((node) => !hasLabels(node, cluster.systemNodes))
  if (workers.length < 2) return [`the cluster has ${workers.length} workers, and at least 2 are needed`]
  const open = items.filter((node) => hasLabels(node, cluster.systemNodes) && !isAvoided(node)).map(nameOf)
  const unseen = (await Promise.all(workers.slice(0, PROBED_KUBELETS).map(isSilent))).flat()
  return [
    ...open.map(
      (name) =>
        `nothing keeps the service from node "${name}", which holds parts of the lab. Next: kubectl taint nodes ${name} meshdrill=system:PreferNoSchedule`,
    ),
    ...unseen.map((where) => `the kubelet at ${where} does not answer this machine, so an outage cannot be observed`),
  ]
}

const nameOf = ({ metadata }: V1Node): string => metadata?.name ?? ''

const hostOf = (node: V1Node): string =>
  node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? nameOf(node)

/** The address of the node's kubelet if it does not answer. */
async function isSilent(node: V1Node): Promise<string[]> {
  const host = hostOf(node)
  const answers = await tryThreeTimes(() => canConnect({ host, port: KUBELET_PORT }))
  return answers ? [] : [`${host}:${KUBELET_PORT}`]
}

const powerless = ({ provider, withoutNodePower }: Cluster): string =>
  [`provider "${provider}" cannot cut the power of a node`, ...(withoutNodePower ? [withoutNodePower] : [])].join(': ')

async function nodeOf(lab: Lab, target: FaultTarget): Promise<V1Node> {
  const pod = await findPlaced(lab, target)
  const node = await lab.kube.core.readNode({ name: pod.node })
  if (hasLabels(node, lab.cluster.systemNodes)) {
    throw new Error(
      `pod "${pod.name}" runs on "${pod.node}", which holds parts of the lab. Next: delete it, so that it moves`,
    )
  }
  return node
}

/** Finds the service's pod. During a restore it may not exist yet, and then this is the pod that moves its data. */
async function findPlaced(lab: Lab, { namespace, pods, tool }: FaultTarget): Promise<PlacedPod> {
  const { mover } = tool.parts(namespace)
  const selections = [{ namespace, labels: pods.labels }, ...(mover === null ? [] : [mover])]
  return waitFor(
    `a pod of ${JSON.stringify(selections)} on a node`,
    async () => {
      const found = (await Promise.all(selections.map((one) => lab.kube.pods(one.namespace, one.labels)))).flat()
      const placed = found
        .filter(({ metadata, spec }) => spec?.nodeName && !metadata?.deletionTimestamp)
        .map(toPlacedPod)
      return placed[0] ?? pending(`${found.length} pods, none of them on a node`)
    },
    { timeout: '30s', every: '50ms', hint: shellCommand`kubectl -n ${namespace} get pods -o wide` },
  )
}

async function planOutage(lab: Lab, power: NodePower, node: V1Node, lost: boolean): Promise<Change> {
  const name = nameOf(node)
  const host = hostOf(node)
  const cut = await planCut({ host, port: KUBELET_PORT }, () => power.stopNode(name))
  return {
    undo: [{ kind: 'start-node', node: stateOf(node), wipe: lost }],
    async make() {
      await cut.make()
      if (!lost) return
      // A kubelet that is still running would create its Node object again.
      await cut.seen()
      await lab.kube.delete(nodeNamed(name))
    },
    async see() {
      const between = await cut.seen()
      const silent = `the kubelet of "${name}" (${host}:${KUBELET_PORT}) does not answer`
      return { between, evidence: lost ? `${silent}; ${await nodeGone(lab, name)}` : silent }
    },
  }
}

const stateOf = (node: V1Node): NodeState => ({
  name: nameOf(node),
  host: hostOf(node),
  labels: node.metadata?.labels ?? {},
  taints: ownTaints(node),
})

/**
 * Starts a stopped node, and restores its labels and taints. Does nothing to the power of a running node. With `wipe`,
 * a node with a deleted Node object starts with empty disks.
 */
export async function startNode(lab: Lab, node: NodeState, wipe: boolean): Promise<string> {
  const { cluster } = lab
  if (!hasNodePower(cluster)) throw new Error(powerless(cluster))
  const object = await lab.kube.get(nodeNamed(node.name))
  if (await canConnect({ host: node.host, port: KUBELET_PORT })) return nodeRuns(lab, node)
  if (wipe && object === null && canWipeVolumes(cluster)) await cluster.wipeVolumes(node.name)
  const startedMs = Date.now()
  await cluster.startNode(node.name)
  return nodeBack(lab, node, startedMs)
}

const nodeNamed = (name: string): ObjectReference => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })

async function nodeGone({ kube }: Lab, name: string): Promise<string> {
  await waitFor(
    `Node "${name}" gone`,
    async () => ((await kube.get(nodeNamed(name))) === null ? true : pending('it is still there')),
    { timeout: '30s', every: '50ms' },
  )
  return `Node "${name}" was deleted, as it will not come back`
}
