import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { runBesidePod } from './node-shell.ts'
import type { PlacedPod } from '../../kube/placed-pod.ts'

/** The first process of a PID namespace is number 1: when it ends, the kernel ends the others. */
const KILL = `
space=$(stat -L -c %i "/proc/$pid/ns/pid")
stat -L -c '%i %n' /proc/[0-9]*/ns/pid 2>/dev/null | while read -r inode path; do
  [ "$inode" = "$space" ] || continue
  process=\${path%/ns/pid}
  case $(sed -n 's/^NSpid:.*[^0-9]//p' "$process/status") in
    1) kill -9 "\${process#/proc/}" && echo "\${process#/proc/}" ;;
  esac
done
`

/** Kills the first process of a container from its node (SIGKILL); returns its PID there. */
export async function killFirstProcess(lab: Lab, pod: PlacedPod, status: V1ContainerStatus): Promise<string> {
  const where = `container "${status.name}" of pod "${pod.namespace}/${pod.name}"`
  const containerId = containerIdOf(status)
  if (containerId === null) throw new Error(`${where} has no ID: it never ran`)
  const killed = (await runBesidePod(lab, pod, KILL, { containerId })).trim()
  if (killed === '')
    throw new Error(`${where} has no first process. Next: kubectl -n ${pod.namespace} describe pod ${pod.name}`)
  return killed
}

/** The container ID without the runtime's name. Null if the container never ran. */
export const containerIdOf = ({ containerID }: V1ContainerStatus): string | null =>
  containerID?.replace(/^.*\/\//, '') ?? null

/** A container of the only pod of a selection. It may be a native sidecar, which is an init container. */
interface ContainerPlace {
  namespace: string
  labels: Record<string, string>
  container: string
}

/** The end of a container. */
interface ContainerEnd {
  exitCode: number
  reason: string
  /** The end came between these times (ms since the epoch). */
  between: [number, number]
}

/** Status of a container in its pod, in any of the status lists. */
export function statusIn(pod: V1Pod | undefined, container: string): V1ContainerStatus | undefined {
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])]
  return statuses.find((status) => status.name === container)
}

export async function statusOf(lab: Lab, { namespace, labels, container }: ContainerPlace) {
  const [pod] = await lab.kube.pods(namespace, labels)
  return statusIn(pod, container)
}

/** Resolves when a container that ran at `requestedMs` has ended. `before` is its status at that time. */
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

/**
 * Interval in which a container ended that ran at `requestedMs`. The kubelet reports the time in whole seconds, if at
 * all.
 */
export function endedBetween(finishedAt: Date | undefined, requestedMs: number, seenMs: number): [number, number] {
  const exitMs = finishedAt === undefined ? requestedMs : new Date(finishedAt).getTime()
  const laterThanRequest = (ms: number) => Math.max(requestedMs, ms)
  return [laterThanRequest(exitMs), laterThanRequest(Math.min(seenMs, exitMs + 1000))]
}
