import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { isNotFound } from '../../kube/client.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { OUTPUT_LIMIT, shortenMiddle, shellCommand } from '../../output/shorten.ts'
import { timeMs } from './times.ts'
/** Longer than a Job may take by its own deadline, so that the Job's word comes first. */
export const TIMEOUT = '5m'
/** A Job that takes longer ends as the failure that it is. */
export const DEADLINE_SECONDS = 240

/** Enough for how a mover ended; its progress before that is of no use. */
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

/** How a Job ended, and what its last pod said. */
export interface JobEnd {
  /** The Job's own terminal condition. */
  state: 'Complete' | 'Failed'
  startedMs: number | null
  endedMs: number | null
  /** Why it failed, by the Job. */
  reason: string | null
  /** Of the last pod's container; null where the pod is gone. */
  exitCode: number | null
  log: string
}

export const jobLabels = (job: string): Record<string, string> => ({ 'batch.kubernetes.io/job-name': job })

/** Resolves when the Job has ended, in whatever state. Errors: a Job that is gone, or that does not end. */
export async function waitForJob(lab: Lab, job: ObjectReference): Promise<JobEnd> {
  const { name, namespace = '' } = job.metadata
  return waitFor(
    `Job "${name}" in namespace "${namespace}" ended`,
    async () => {
      const object = await lab.kube.get<JobObject>(job)
      if (object === null) throw new Error(`Job "${name}" is gone from namespace "${namespace}"`)
      const end = readJobEnd(object)
      const pod = newest(await lab.kube.pods(namespace, jobLabels(name)))
      if (end === null) return pending(pod === null ? 'no pod' : describe(pod))
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
    // A Job that failed has no time of completion.
    endedMs: timeMs(status.completionTime ?? ended.lastTransitionTime),
    reason: succeeded ? null : [ended.reason, ended.message].filter(Boolean).join(': '),
  }
}

/** A log that cannot be read, its node being away say, is no error of the backup: what it would have told is not known. */
async function readLog(lab: Lab, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? ''
  const namespace = pod.metadata?.namespace ?? ''
  const container = pod.spec?.containers[0]?.name ?? ''
  try {
    return await lab.kube.core.readNamespacedPodLog({ name, namespace, container, tailLines: LOG_LINES })
  } catch (error) {
    lab.log(
      `the log of pod "${name}" in namespace "${namespace}" cannot be read: ${shortenMiddle(String(error), OUTPUT_LIMIT)}`,
    )
    return ''
  }
}

/**
 * Resolves to true when a pod's first container runs, and to false when what it is part of has ended before that was seen.
 */
export async function waitForRunningPod(
  lab: Lab,
  selection: { namespace: string; labels: Record<string, string> },
  hasEnded: () => Promise<boolean>,
): Promise<boolean> {
  const { namespace, labels } = selection
  return waitFor(
    `a pod that moves data in namespace "${namespace}" running`,
    async () => {
      const ended = await hasEnded()
      const pods = await lab.kube.pods(namespace, labels)
      if (pods.some((pod) => containerOf(pod)?.state?.running)) return true
      return ended ? false : pending(pods.map(describe).join('; ') || 'no pod')
    },
    { timeout: '3m', every: '50ms', hint: shellCommand`kubectl -n ${namespace} get jobs,pods` },
  )
}

/**
 * Deletes a Job and its pods, which hold a claim even when they have ended; without the policy they would stay. One that
 * is not there is no error. Does not wait.
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

function describe(pod: V1Pod): string {
  const state = containerOf(pod)?.state
  const waits = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  const what = state?.waiting?.reason ?? state?.terminated?.reason ?? waits?.message ?? (state?.running && 'running')
  return `${pod.metadata?.name ?? '?'} ${pod.status?.phase ?? '?'} ${what ?? ''}`.trim()
}
