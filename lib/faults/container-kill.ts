import type { V1ContainerStatus } from '@kubernetes/client-node'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { healChaos, injectChaos, readFault, targetsReached } from './chaos-mesh.ts'
import type { Fault, FaultTarget } from './fault.ts'

/** The container that holds the state crashes; Kubernetes starts it again by itself. */
export function containerKill(): Fault {
  return {
    name: 'container-kill',
    description: 'the container that holds the state is killed (SIGKILL)',
    requires: () => Promise.resolve([]),
    async inject(lab, target) {
      const before = await statusOf(lab, target)
      const { namespace, pods } = target
      const selector = { namespaces: [namespace], labelSelectors: pods.labels }
      const spec = { containerNames: [pods.container], selector }
      const fault = await readFault('container-kill.yaml', { namespace, spec })
      const requestedMs = Date.now()
      const { targets, terminated, seenMs } = await injectChaos(lab, fault, async () => ({
        targets: await targetsReached(lab, fault),
        ...(await endOf(lab, target, before?.restartCount ?? 0)),
      }))
      // The kubelet tells the time of the exit in whole seconds.
      const exitMs = terminated.finishedAt === undefined ? requestedMs : new Date(terminated.finishedAt).getTime()
      return {
        between: [Math.max(requestedMs, exitMs), Math.max(requestedMs, Math.min(seenMs, exitMs + 1000))],
        evidence: `${targets.join(', ')} ended with exit code ${terminated.exitCode}, ${terminated.reason ?? 'no reason'}`,
        heal: () => healChaos(lab, fault),
      }
    },
  }
}

/** How the container ended, and when that was seen. */
async function endOf(lab: Lab, target: FaultTarget, restartsBefore: number) {
  return waitFor(
    `container "${target.pods.container}" of namespace "${target.namespace}" ended`,
    async () => {
      const now = await statusOf(lab, target)
      const terminated = now?.state?.terminated ?? now?.lastState?.terminated
      const restarted = (now?.restartCount ?? 0) > restartsBefore || now?.state?.terminated !== undefined
      return restarted && terminated ? { terminated, seenMs: Date.now() } : pending(JSON.stringify(now?.state ?? null))
    },
    { timeout: '30s', every: '20ms' },
  )
}

async function statusOf(lab: Lab, target: FaultTarget): Promise<V1ContainerStatus | undefined> {
  const [pod] = await lab.kube.pods(target.namespace, target.pods.labels)
  return pod?.status?.containerStatuses?.find((status) => status.name === target.pods.container)
}
