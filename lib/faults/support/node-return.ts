import type { V1Node, V1Pod } from '@kubernetes/client-node'
import { isNotFound, isReady } from '../../kube/client.ts'
import { ownTaints } from '../../kube/placed-pod.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { NodeState } from '../../lab/undo.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Times in the cluster have a resolution of one second. */
const WHOLE_SECOND_MS = 1000

/**
 * Resolves with a description when a node that was started at `startedMs` is as before: it reported Ready after the
 * start, is schedulable, has its labels and taints, and runs its daemons.
 */
export async function nodeBack(lab: Lab, before: NodeState, startedMs: number): Promise<string> {
  const { name } = before
  const ready = await waitFor(
    `node "${name}" Ready again`,
    async () => {
      const node = await readNode(lab, name)
      if (node === null) return pending('it has not registered yet')
      return isFresh(node, startedMs) ? node : pending(describeReady(node))
    },
    { timeout: '300s', every: '100ms', hint: shellCommand`kubectl describe node ${name}` },
  )
  const readyMs = Date.now()
  await restoreNode(lab, before, ready)
  const pods = await daemonsBack(lab, name, startedMs)
  return `node "${name}" was Ready ${readyMs - startedMs} ms after its start, and its ${pods} daemons ${Date.now() - startedMs} ms after it`
}

/** Resolves with a description when a running node is Ready, with its earlier labels and taints. */
export async function nodeRuns(lab: Lab, before: NodeState): Promise<string> {
  const { name } = before
  const ready = await waitFor(
    `node "${name}" Ready`,
    async () => {
      const node = await readNode(lab, name)
      if (node === null) return pending('it has not registered yet')
      return isReady(node) ? node : pending(describeReady(node))
    },
    { timeout: '300s', every: '100ms', hint: shellCommand`kubectl describe node ${name}` },
  )
  await restoreNode(lab, before, ready)
  return `node "${name}" runs and is Ready`
}

async function readNode({ kube }: Lab, name: string): Promise<V1Node | null> {
  try {
    return await kube.core.readNode({ name })
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

const readyCondition = ({ status }: V1Node) => status?.conditions?.find(({ type }) => type === 'Ready')

/** True if the node reported Ready after its start. After a short outage, the old status may still say Ready. */
export function isFresh(node: V1Node, startedMs: number): boolean {
  const saidMs = new Date(readyCondition(node)?.lastHeartbeatTime ?? 0).getTime()
  return isReady(node) && saidMs >= startedMs - WHOLE_SECOND_MS
}

function describeReady(node: V1Node): string {
  const { status = 'unknown', lastHeartbeatTime, message = '' } = readyCondition(node) ?? {}
  return `Ready is ${status}, as of ${lastHeartbeatTime ? new Date(lastHeartbeatTime).toISOString() : 'never'}: ${message}`
}

/** A deleted Node object comes back with only the labels that its kubelet knows. */
async function restoreNode({ kube }: Lab, before: NodeState, now: V1Node): Promise<void> {
  const { name, taints } = before
  const labels = missingLabels(before, now)
  const known = ownTaints(now).map(({ key }) => key)
  const sameTaints = taints.every(({ key }) => known.includes(key))
  if (Object.keys(labels).length === 0 && sameTaints && !now.spec?.unschedulable) return
  const spec = { unschedulable: false, ...(sameTaints ? {} : { taints }) }
  await kube.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec }])
}

export function missingLabels(before: Pick<NodeState, 'labels'>, now: V1Node): Record<string, string> {
  return Object.fromEntries(
    Object.entries(before.labels).filter(([label, value]) => now.metadata?.labels?.[label] !== value),
  )
}

/** Resolves with the number of DaemonSet pods when all of them run on the node again. */
async function daemonsBack({ kube }: Lab, name: string, startedMs: number): Promise<number> {
  return waitFor(
    `daemons of node "${name}" running again`,
    async () => {
      const { items } = await kube.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${name}` })
      const daemons = items.filter(isDaemon)
      const late = daemons.filter((pod) => !isReady(pod) || !isRestarted(pod, startedMs))
      if (daemons.length > 0 && late.length === 0) return daemons.length
      return pending(
        late.map(({ metadata }) => `${metadata?.namespace ?? '?'}/${metadata?.name ?? '?'}`).join(', ') || 'no daemons',
      )
    },
    { timeout: '180s', hint: shellCommand`kubectl get pods -A --field-selector spec.nodeName=${name}` },
  )
}

const isDaemon = ({ metadata }: V1Pod): boolean =>
  metadata?.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') ?? false

/** The old status of a pod stays until its node reports a new one. */
const isRestarted = ({ status }: V1Pod, startedMs: number): boolean =>
  (status?.containerStatuses ?? []).every(({ state }) => {
    const runsSince = state?.running?.startedAt
    return runsSince !== undefined && new Date(runsSince).getTime() >= startedMs - WHOLE_SECOND_MS
  })
