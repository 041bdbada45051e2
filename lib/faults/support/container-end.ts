import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'

/** A container of the one pod of a selection; it may be an init container that stays, as proxies are. */
export interface ContainerPlace {
  namespace: string
  labels: Record<string, string>
  container: string
}

/** How a container ended. */
export interface ContainerEnd {
  exitCode: number
  reason: string
  /** The end came between these times (ms since the epoch). */
  between: [number, number]
}

/** Status of a container in its pod, wherever it stands in it. */
export function statusIn(pod: V1Pod | undefined, container: string): V1ContainerStatus | undefined {
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])]
  return statuses.find((status) => status.name === container)
}

export async function statusOf(lab: Lab, { namespace, labels, container }: ContainerPlace) {
  const [pod] = await lab.kube.pods(namespace, labels)
  return statusIn(pod, container)
}

/** Resolves when a container that ran at `requestedMs` was seen to have ended since; `before` is its status of then. */
export async function containerEnded(
  lab: Lab,
  place: ContainerPlace,
  before: V1ContainerStatus | undefined,
  requestedMs: number,
): Promise<ContainerEnd> {
  return waitFor(
    `container "${place.container}" of namespace "${place.namespace}" ended`,
    async () => {
      const now = await statusOf(lab, place)
      const terminated = now?.state?.terminated ?? now?.lastState?.terminated
      const restarted = (now?.restartCount ?? 0) > (before?.restartCount ?? 0) || now?.state?.terminated !== undefined
      if (!restarted || !terminated) return pending(JSON.stringify(now?.state ?? null))
      const between = endedBetween(terminated.finishedAt, requestedMs, Date.now())
      return { exitCode: terminated.exitCode, reason: terminated.reason ?? 'no reason', between }
    },
    { timeout: '30s', every: '20ms' },
  )
}

/** When a container ended that ran at `requestedMs`: the kubelet tells the time in whole seconds, if at all. */
export function endedBetween(finishedAt: Date | undefined, requestedMs: number, seenMs: number): [number, number] {
  const exitMs = finishedAt === undefined ? requestedMs : new Date(finishedAt).getTime()
  const laterThanRequest = (ms: number) => Math.max(requestedMs, ms)
  return [laterThanRequest(exitMs), laterThanRequest(Math.min(seenMs, exitMs + 1000))]
}
