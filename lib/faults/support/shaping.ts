import type { V1Node } from '@kubernetes/client-node'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { create, deletionOf, readFault, waitForInjection } from '../../components/chaos-mesh/chaos-mesh.ts'
import { nodesOf, selectorOf, toolPods } from './cut-off.ts'
import type { Change, FaultTarget } from '../fault.ts'
import { daemonPods, runInDaemon } from './node-shell.ts'
import { placedPods, type PlacedPod } from '../../kube/placed-pod.ts'
import { readShaping } from './pod-network.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Delays or drops all packets of the service, with the NetworkChaos of a file. Needs netem. */
export async function shapeWorkload(lab: Lab, target: FaultTarget, file: string): Promise<Change> {
  const pods = await placedPods(lab, target.namespace, target.pods.labels)
  return shape(lab, await readFault(file, aimAt(pods)), pods, 'netem')
}

const aimAt = (pods: PlacedPod[]) => {
  if (pods.length === 0) throw new Error('there is no pod whose network could be shaped')
  return { namespace: pods[0]?.namespace ?? '', spec: { selector: selectorOf(pods) } }
}

/** Limits the outgoing bandwidth of the backup tool's pods to `rate`, in the format of tc, such as '8mbit'. */
export async function shapeTool(lab: Lab, target: FaultTarget, rate: string): Promise<Change> {
  const pods = await toolPods(lab, target)
  const fault = await readFault('store-bandwidth.yaml', aimAt(pods))
  Object.assign((fault.spec as { bandwidth: object }).bandwidth, { rate })
  return shape(lab, fault, pods, 'tbf')
}

function shape(lab: Lab, fault: KubeObject, pods: PlacedPod[], kind: string): Change {
  return {
    undo: [deletionOf(fault), { kind: 'clear-networks', pods }],
    make: () => create(lab, fault),
    async see(requestedMs) {
      const shapes = await Promise.all(pods.map((pod) => shaperUsed(lab, pod, kind)))
      const seenMs = Date.now()
      await waitForInjection(lab, fault)
      return {
        between: [requestedMs, seenMs],
        evidence: pods.map((pod, index) => `${pod.namespace}/${pod.name}: ${shapes[index] ?? ''}`).join('; '),
        nodes: nodesOf(pods),
      }
    },
  }
}

/** Waits until packets went through the shaper in the pod's network, and describes it. */
async function shaperUsed(lab: Lab, pod: PlacedPod, kind: string): Promise<string> {
  return waitFor(
    `packets through ${kind} in pod "${pod.namespace}/${pod.name}"`,
    async () => {
      const shaper = parseShaper(await readShaping(lab, pod), kind)
      if (shaper === null) return pending(`no ${kind}`)
      return shaper.packets > 0 ? `${shaper.words}; ${shaper.packets} packets went through` : pending(shaper.words)
    },
    { timeout: '30s', every: '50ms', hint: shellCommand`kubectl -n ${pod.namespace} describe networkchaos` },
  )
}

/** Finds a qdisc of a kind in the output of `tc -s qdisc`: its parameters, and the number of packets that it sent. */
export function parseShaper(text: string, kind: string): { words: string; packets: number } | null {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith(`qdisc ${kind} `))
  const words = /\b(?:refcnt \d+|parent \S+) (.*?)\s*$/.exec(lines[at] ?? '')?.[1]
  if (words === undefined) return null
  return { words: `${kind} ${words}`, packets: Number(/Sent \d+ bytes (\d+) pkt/.exec(lines[at + 1] ?? '')?.[1] ?? 0) }
}

/** Tests netem briefly on the loopback device of the daemon, without a delay. */
const TRY_NETEM = `
if said=$(/usr/sbin/tc qdisc add dev lo root netem 2>&1); then /usr/sbin/tc qdisc del dev lo root; else echo "$said"; fi
`

/** Checks whether the kernels of the nodes can delay and drop packets. Of nodes with the same system, one is tested. */
export async function needsNetem(lab: Lab): Promise<string[]> {
  const daemons = await daemonPods(lab)
  const { items } = await lab.kube.core.listNode({ resourceVersion: '0' })
  const asked = new Map(daemons.map((daemon) => [systemOf(items, daemon), daemon]))
  const answers = await Promise.all(
    [...asked.values()].map(async (daemon) => ({
      node: daemon.node,
      said: (await runInDaemon(lab, daemon, TRY_NETEM)).trim(),
    })),
  )
  const lacking = answers.filter(({ said }) => said !== '')
  if (lacking.length === 0) return []
  const nodes = lacking.map(({ node }) => node).join(', ')
  return [`the kernel of ${nodes} has no sch_netem, which delays and loses packets (tc: ${lacking[0]?.said ?? ''})`]
}

/** Kernel and image of a node, or the node's name if it does not report them. */
function systemOf(nodes: V1Node[], { node }: PlacedPod): string {
  const info = nodes.find(({ metadata }) => metadata?.name === node)?.status?.nodeInfo
  return info === undefined ? node : `${info.kernelVersion} ${info.osImage}`
}
