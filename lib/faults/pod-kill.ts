import { isReady } from '../kube/client.ts'
import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import type { KubeObject } from '../kube/object.ts'
import type { PodSelection } from '../kube/placed-pod.ts'
import { create, deletionOf, readFault, waitForInjection } from '../components/chaos-mesh/chaos-mesh.ts'
import type { Change, Fault } from './fault.ts'
import { shellCommand } from '../output/shorten.ts'

/** Kills the service's pod. Its controller creates a new one. */
export const servicePodKill = (): Fault => ({
  name: 'pod-kill',
  description: "the service's pod is killed without grace",
  requires: () => Promise.resolve([]),
  plan: (lab, { namespace, pods }) => killPods(lab, { namespace, labels: pods.labels }, 'pod-kill.yaml'),
})

/** Kills a pod of the tool's agent, or the pod that moves the data if the tool has no agent. */
export const toolKill = (): Fault => ({
  name: 'tool-kill',
  description: 'the pods of the backup tool that move the data are killed without grace',
  requires: () => Promise.resolve([]),
  async plan(lab, { namespace, tool }) {
    const { agent, mover } = tool.parts(namespace)
    const aim = agent ?? mover
    if (aim === null) throw new Error(`nothing in the cluster moves the data of ${tool.name}/${tool.strategy}`)
    return killPods(lab, aim, 'tool-kill.yaml')
  },
})

/** Kills every part of the mesh's control plane at once. It is healed when each part has a Ready pod again. */
export const meshControlKill = (): Fault => ({
  name: 'mesh-control-kill',
  description: "the mesh's control plane is killed without grace",
  requires: ({ cluster, mesh }) => {
    const { name, controlPlane } = mesh
    if (controlPlane === null) return Promise.resolve([`mesh "${name}" has no control plane`])
    const isForeign = cluster.preinstalled?.includes(controlPlane.part) === true
    return Promise.resolve(
      isForeign ? [`the control plane of mesh "${name}" was in the cluster before the drills, and is not touched`] : [],
    )
  },
  async plan(lab, { mesh }) {
    if (mesh.controlPlane === null) throw new Error(`mesh "${mesh.name}" has no control plane to kill`)
    const { namespace, parts } = mesh.controlPlane
    const kills = await Promise.all(
      parts.map(async ({ labels }, index) => {
        const kill = await killPods(lab, { namespace, labels }, 'mesh-control-kill.yaml', index)
        const ready = { kind: 'pod-ready', selection: { namespace, labels } } as const
        return { ...kill, undo: [...kill.undo, ready] as const }
      }),
    )
    return combineChanges(kills)
  },
})

/** Combines several changes. The effect begins with the first of them. */
function combineChanges(changes: Change[]): Change {
  const [first, ...others] = changes.flatMap(({ undo }) => undo)
  if (first === undefined) throw new Error('there is nothing to change')
  return {
    undo: [first, ...others],
    async make() {
      await Promise.all(changes.map((change) => change.make()))
    },
    async see(requestedMs) {
      const seen = await Promise.all(changes.map((change) => change.see(requestedMs)))
      return {
        between: [
          Math.min(...seen.map(({ between }) => between[0])),
          Math.min(...seen.map(({ between }) => between[1])),
        ],
        evidence: seen.map(({ evidence }) => evidence).join(', and '),
      }
    },
  }
}

/** `index` distinguishes several kills from the same file. */
async function killPods(lab: Lab, selection: PodSelection, file: string, index = 0): Promise<Change> {
  const { namespace, labels } = selection
  const before = await uidsOf(lab, selection)
  if (before.length === 0) throw new Error(`no pod ${JSON.stringify(labels)} in namespace "${namespace}" to kill`)
  const selector = { namespaces: [namespace], labelSelectors: labels }
  const fault = named(await readFault(file, { namespace, spec: { selector } }), index)
  return {
    undo: [deletionOf(fault)],
    make: () => create(lab, fault),
    async see(requestedMs) {
      const seenMs = await goneOf(lab, selection, before)
      const targets = await waitForInjection(lab, fault)
      return { between: [requestedMs, seenMs], evidence: `${targets.join(', ')} is gone from the cluster` }
    },
  }
}

const named = (fault: KubeObject, index: number): KubeObject =>
  index === 0 ? fault : { ...fault, metadata: { ...fault.metadata, name: `${fault.metadata.name}-${index}` } }

/** Time at which one of the earlier pods was seen to be gone. */
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
