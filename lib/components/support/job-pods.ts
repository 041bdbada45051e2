import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { isNotFound } from '../../kube/client.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../../output/shorten.ts'
import { timeMs } from './times.ts'
/** Longer than the deadline of a Job, so the Job reports its failure first. */
export const TIMEOUT = '5m'
/** Deadline of a Job. A Job that takes longer fails. */
export const DEADLINE_SECONDS = 240

/** Lines at the end of a mover's log. They have its result; earlier lines only have its progress. */
const LOG_LINES = 200

export interface JobObject extends KubeObject {
  status?: {
    startTime?: string | Date
    completionTime?: string | Date
    conditions?: {
      type: string
      status: string
      reason?: string
      message?: string
      lastTransitionTime?: string | Date
    }[]
  }
}

/** The end of a Job, with the log of its last pod. */
export interface JobEnd {
  /** The Job's own terminal condition. */
  state: 'Complete' | 'Failed'
  startedMs: number | null
  endedMs: number | null
  /** Reason of the failure, from the Job's condition; null if it succeeded. */
  reason: string | null
  /** Exit code of the last pod's container; null if the pod no longer exists. */
  exitCode: number | null
  log: string
}

const jobLabels = (job: string): Record<string, string> => ({ 'batch.kubernetes.io/job-name': job })

/** Resolves when the Job has ended, successfully or not. Errors: the Job was deleted, or it does not end. */
export async function waitForJob(lab: Lab, job: ObjectReference): Promise<JobEnd> {
  const { name, namespace = '' } = job.metadata
  return waitFor(
    `Job "${name}" in namespace "${namespace}" ended`,
    async () => {
      const object = await lab.kube.get<JobObject>(job)
      if (object === null) {
        throw new Error(
          `Job "${name}" was deleted from namespace "${namespace}" before it ended. ` +
            `Next: kubectl -n ${namespace} get jobs,pods,events`,
        )
      }
      const end = readJobEnd(object)
      const pod = newest(await lab.kube.pods(namespace, jobLabels(name)))
      if (end === null) return pending(pod === null ? 'no pod' : describePod(pod))
      const terminated = pod === null ? undefined : (containerOf(pod)?.state?.terminated ?? undefined)
      return { ...end, exitCode: terminated?.exitCode ?? null, log: pod === null ? '' : await readLog(lab, pod) }
    },
    { timeout: TIMEOUT, every: '100ms', hint: shellCommand`kubectl -n ${namespace} describe job ${name}` },
  )
}

function readJobEnd({ status = {} }: JobObject): Omit<JobEnd, 'exitCode' | 'log'> | null {
  const ended = status.conditions?.find(
    ({ type, status: is }) => is === 'True' && ['Complete', 'Failed'].includes(type),
  )
  if (ended === undefined) return null
  const succeeded = ended.type === 'Complete'
  return {
    state: succeeded ? 'Complete' : 'Failed',
    startedMs: timeMs(status.startTime),
    // A failed Job has no completionTime.
    endedMs: timeMs(status.completionTime ?? ended.lastTransitionTime),
    reason: succeeded ? null : [ended.reason, ended.message].filter(Boolean).join(': '),
  }
}

/** Reads a pod's log. If it cannot be read, for example because its node is down, it is empty; the backup may still be good. */
async function readLog(lab: Lab, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? ''
  const namespace = pod.metadata?.namespace ?? ''
  const container = pod.spec?.containers[0]?.name ?? ''
  try {
    return await lab.kube.core.readNamespacedPodLog({ name, namespace, container, tailLines: LOG_LINES })
  } catch (error) {
    lab.log(
      `log of pod "${name}" in namespace "${namespace}" cannot be read: ${shortenMiddle(String(error), OUTPUT_LIMIT)}`,
    )
    return ''
  }
}

/** Resolves to true when a pod's first container runs, and to false if the operation ended before that was seen. */
export async function waitForRunningPod(
  lab: Lab,
  selection: { namespace: string; labels: Record<string, string> },
  hasEnded: () => Promise<boolean>,
): Promise<boolean> {
  const { namespace, labels } = selection
  return waitFor(
    `mover pod in namespace "${namespace}" running`,
    async () => {
      const ended = await hasEnded()
      const pods = await lab.kube.pods(namespace, labels)
      if (pods.some((pod) => containerOf(pod)?.state?.running)) return true
      return ended ? false : pending(pods.map(describePod).join('; ') || 'no pod')
    },
    { timeout: '3m', every: '50ms', hint: shellCommand`kubectl -n ${namespace} get jobs,pods` },
  )
}

/**
 * Deletes a Job with its pods, and does not wait. A missing Job is not an error. Without the policy `Background` the pods would
 * stay, and even an ended pod blocks the deletion of its claim.
 */
export async function deleteJob(lab: Lab, job: ObjectReference): Promise<void> {
  try {
    await lab.kube.objects.delete(job, undefined, undefined, undefined, undefined, 'Background')
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

const containerOf = (pod: V1Pod): V1ContainerStatus | undefined => pod.status?.containerStatuses?.[0]

const newest = (pods: V1Pod[]): V1Pod | null =>
  pods.reduce<V1Pod | null>((one, other) => (one === null || createdMs(other) >= createdMs(one) ? other : one), null)

const createdMs = ({ metadata }: V1Pod): number => timeMs(metadata?.creationTimestamp) ?? 0

function describePod(pod: V1Pod): string {
  const state = containerOf(pod)?.state
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  const reason =
    state?.waiting?.reason ?? state?.terminated?.reason ?? unscheduled?.message ?? (state?.running && 'running')
  return `${pod.metadata?.name ?? '?'} ${pod.status?.phase ?? '?'} ${reason ?? ''}`.trim()
}
