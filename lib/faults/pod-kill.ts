import { isReady } from '../kube/client.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import type { PodSelection } from '../kube/placed-pod.ts'
import { create, deletionOf, readFault, targetsReached } from '../components/chaos-mesh/chaos-mesh.ts'
import type { Change, Fault } from './fault.ts'
import { shellCommand } from '../output/shell-quote.ts'

const MESH_CONTROL: PodSelection = { namespace: 'istio-system', labels: { app: 'istiod' } }

/** The service's pod is killed; its controller makes a new one. */
export const servicePodKill = (): Fault => ({
  name: 'pod-kill',
  description: "the service's pod is killed without grace",
  requires: () => Promise.resolve([]),
  plan: (lab, { namespace, pods }) => killPods(lab, { namespace, labels: pods.labels }, 'pod-kill.yaml'),
})

/** A pod of the tool's agent is killed, or of what moves the data where the tool has no agent. */
export const toolKill = (): Fault => ({
  name: 'tool-kill',
  description: 'the pods of the backup tool that see to the data are killed without grace',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, tool }) {
    const { agent, mover } = tool.parts(namespace)
    const aim = agent ?? mover
    if (aim === null) throw new Error(`nothing in the cluster moves the data of ${tool.name}/${tool.strategy}`)
    return killPods(lab, aim, 'tool-kill.yaml')
  },
})

/** The mesh's control plane is killed; it is healed when a new one is Ready. */
export const meshControlKill = (): Fault => ({
  name: 'mesh-control-kill',
  description: "the mesh's control plane is killed without grace",
  requires: ({ cluster }) =>
    Promise.resolve(
      cluster.theirs?.includes('istiod')
        ? ["the mesh's control plane was there before the drills: it is not theirs"]
        : [],
    ),
  async plan(lab) {
    const kill = await killPods(lab, MESH_CONTROL, 'mesh-control-kill.yaml')
    return { ...kill, undo: [...kill.undo, { kind: 'pod-ready', selection: MESH_CONTROL }] }
  },
})

/** Pods of a selection are killed without grace; their controllers make new ones. */
export function podKill(selection: PodSelection): Fault {
  const { namespace, labels } = selection
  return {
    name: 'pod-kill',
    description: `a pod ${JSON.stringify(labels)} of namespace "${namespace}" is killed without grace`,
    requires: () => Promise.resolve([]),
    plan: (lab) => killPods(lab, selection, 'pod-kill.yaml'),
  }
}

async function killPods(lab: Lab, selection: PodSelection, file: string): Promise<Change> {
  const { namespace, labels } = selection
  const before = await uidsOf(lab, selection)
  if (before.length === 0) throw new Error(`no pod ${JSON.stringify(labels)} in namespace "${namespace}" to kill`)
  const selector = { namespaces: [namespace], labelSelectors: labels }
  const fault = await readFault(file, { namespace, spec: { selector } })
  return {
    undo: [deletionOf(fault)],
    make: () => create(lab, fault),
    async see(requestedMs) {
      const seenMs = await goneOf(lab, selection, before)
      const targets = await targetsReached(lab, fault)
      return { between: [requestedMs, seenMs], evidence: `${targets.join(', ')} is gone from the cluster` }
    },
  }
}

/** When one of the pods of before was seen to be gone. */
async function goneOf(lab: Lab, selection: PodSelection, before: string[]): Promise<number> {
  return waitFor(
    `pod ${JSON.stringify(selection.labels)} of namespace "${selection.namespace}" gone`,
    async () => {
      const uids = await uidsOf(lab, selection)
      return before.some((uid) => !uids.includes(uid)) ? Date.now() : pending(`${uids.length} pods, all of before`)
    },
    { timeout: '30s', every: '20ms' },
  )
}

/** Resolves when a pod of a selection is Ready. */
export async function readyAgain(lab: Lab, { namespace, labels }: PodSelection): Promise<string> {
  return waitFor(
    `a pod ${JSON.stringify(labels)} of namespace "${namespace}" Ready again`,
    async () => {
      const ready = (await lab.kube.pods(namespace, labels)).find((pod) => isReady(pod))
      return ready ? `"${ready.metadata?.name ?? '?'}" is Ready` : pending('none is Ready')
    },
    { timeout: '120s', hint: shellCommand`kubectl -n ${namespace} get pods` },
  )
}

async function uidsOf(lab: Lab, { namespace, labels }: PodSelection): Promise<string[]> {
  return (await lab.kube.pods(namespace, labels)).map((pod) => pod.metadata?.uid ?? '')
}
