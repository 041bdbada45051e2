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

/** Hurts all that the service sends, by the NetworkChaos of a file that needs netem. */
export async function shapeWorkload(lab: Lab, target: FaultTarget, file: string): Promise<Change> {
  const pods = await placedPods(lab, target.namespace, target.pods.labels)
  return shape(lab, await readFault(file, aimAt(pods)), pods, 'netem')
}

const aimAt = (pods: PlacedPod[]) => {
  if (pods.length === 0) throw new Error('there is no pod whose network could be shaped')
  return { namespace: pods[0]?.namespace ?? '', spec: { selector: selectorOf(pods) } }
}

/** Limits what the backup tool's pods send to `rate`, as tc writes it, such as '8mbit'. */
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

/** The shaper in the pod's network, as tc tells of it, once packets went through it. */
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

/** A qdisc of a kind, from the text of `tc -s qdisc`: its parameters, and how many packets it has sent. */
export function parseShaper(text: string, kind: string): { words: string; packets: number } | null {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith(`qdisc ${kind} `))
  const words = /\b(?:refcnt \d+|parent \S+) (.*?)\s*$/.exec(lines[at] ?? '')?.[1]
  if (words === undefined) return null
  return { words: `${kind} ${words}`, packets: Number(/Sent \d+ bytes (\d+) pkt/.exec(lines[at + 1] ?? '')?.[1] ?? 0) }
}

/** In the daemon's own network, on its loopback, for a moment and without a delay. */
const TRY_NETEM = `
if said=$(/usr/sbin/tc qdisc add dev lo root netem 2>&1); then /usr/sbin/tc qdisc del dev lo root; else echo "$said"; fi
`

/** Whether the nodes' kernels can delay and lose packets; of nodes with the same system one is asked. */
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

/** The kernel and the image that it came with; the node's own name where it does not say. */
function systemOf(nodes: V1Node[], { node }: PlacedPod): string {
  const info = nodes.find(({ metadata }) => metadata?.name === node)?.status?.nodeInfo
  return info === undefined ? node : `${info.kernelVersion} ${info.osImage}`
}
