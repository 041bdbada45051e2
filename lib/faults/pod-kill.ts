import { pending, waitFor } from '../kube/wait.ts'
import { healChaos, injectChaos, readFault, targetsReached } from './chaos-mesh.ts'
import type { Lab } from '../lab.ts'
import type { Fault } from './fault.ts'

/** Velero's node-agent is killed: it is what moves the data. */
export const toolKill = (): Fault => ({
  ...podKill({ namespace: 'velero', labels: { name: 'node-agent' } }),
  name: 'tool-kill',
})

/** Pods of a selection are killed without grace; their controllers make new ones. */
export function podKill(selection: { namespace: string; labels: Record<string, string> }): Fault {
  const { namespace, labels } = selection
  return {
    name: 'pod-kill',
    description: `a pod ${JSON.stringify(labels)} of namespace "${namespace}" is killed without grace`,
    requires: () => Promise.resolve([]),
    async inject(lab) {
      const before = await uidsOf(lab, namespace, labels)
      if (before.length === 0) throw new Error(`no pod ${JSON.stringify(labels)} in namespace "${namespace}" to kill`)
      const selector = { namespaces: [namespace], labelSelectors: labels }
      const fault = await readFault('pod-kill.yaml', { namespace, spec: { selector } })
      const requestedMs = Date.now()
      const { targets, seenMs } = await injectChaos(lab, fault, async () => ({
        targets: await targetsReached(lab, fault),
        seenMs: await goneOf(lab, { namespace, labels, before }),
      }))
      return {
        between: [requestedMs, seenMs],
        evidence: `${targets.join(', ')} is gone from the cluster`,
        heal: () => healChaos(lab, fault),
      }
    },
  }
}

/** When one of the pods of before was seen to be gone. */
async function goneOf(
  lab: Lab,
  { namespace, labels, before }: { namespace: string; labels: Record<string, string>; before: string[] },
): Promise<number> {
  return waitFor(
    `pod ${JSON.stringify(labels)} of namespace "${namespace}" gone`,
    async () => {
      const uids = await uidsOf(lab, namespace, labels)
      return before.some((uid) => !uids.includes(uid)) ? Date.now() : pending(`${uids.length} pods, all of before`)
    },
    { timeout: '30s', every: '20ms' },
  )
}

async function uidsOf(lab: Lab, namespace: string, labels: Record<string, string>): Promise<string[]> {
  return (await lab.kube.pods(namespace, labels)).map((pod) => pod.metadata?.uid ?? '')
}
