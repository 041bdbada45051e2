import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { TIMEOUT, deleteJob, waitForJob, type JobEnd } from '../support/job-pods.ts'
import { timeMs } from '../support/times.ts'
import { shellCommand } from '../../output/shorten.ts'
import { listObjects } from '../support/exported-namespace.ts'

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' }

/** Waits for the Jobs of an operation, and deletes them. An ended pod would still block the deletion of its claim. */
export async function collectJobs(lab: Lab, namespace: string, owner: string): Promise<JobEnd[]> {
  const jobs = await listObjects(lab.kube, { ...JOBS, namespace, labels: { 'k8up.io/owned-by': owner } })
  return Promise.all(
    jobs.map(async ({ metadata }) => {
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: metadata.name, namespace } }
      const end = await waitForJob(lab, job)
      await deleteJob(lab, job)
      return end
    }),
  )
}

export const API = 'k8up.io/v1'

/** Labels of every pod that moves data. No other pod has them. */
export const MOVER_LABELS = { k8upjob: 'true' }

/** A Backup or a Restore, with the fields that the drills read. */
export interface K8upOperation extends KubeObject {
  status?: {
    conditions?: { type: string; status: string; reason: string; message?: string; lastTransitionTime?: string }[]
  }
}

/** A restic snapshot, as K8up lists it in the namespace of the volume. */
export interface K8upSnapshot extends KubeObject {
  spec: { id?: string; date?: string; paths?: string[] }
}

export const reference = (kind: 'Backup' | 'Restore' | 'Snapshot', namespace: string, name: string) => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace },
})

/** An operation that still runs. `progress` is for people. */
interface OperationRunning {
  hasEnded: false
  progress: string
}

/** An operation that has ended, as K8up reports it. */
export interface OperationEnd {
  hasEnded: true
  /** The reason of its condition Completed: Succeeded or Failed. */
  state: string
  startedMs: number | null
  endedMs: number | null
  message: string | null
}

export function readProgress({ metadata, status }: K8upOperation): OperationRunning | OperationEnd {
  const conditions = status?.conditions ?? []
  const completed = conditions.find(({ type, status: is }) => type === 'Completed' && is === 'True')
  if (completed === undefined) {
    const progress = conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message ?? ''}`).join('; ')
    return { hasEnded: false, progress: progress || 'no status' }
  }
  return {
    hasEnded: true,
    state: completed.reason,
    startedMs: timeMs(metadata.creationTimestamp),
    endedMs: timeMs(completed.lastTransitionTime),
    message: completed.message ?? null,
  }
}

/** Resolves when K8up reports the end of the operation. K8up checks its Jobs every 5 s. */
export async function waitForOperation(
  lab: Lab,
  kind: 'Backup' | 'Restore',
  { namespace, name }: { namespace: string; name: string },
): Promise<OperationEnd> {
  return waitFor<OperationEnd>(
    `K8up ${kind} "${name}" in namespace "${namespace}" ended`,
    async () => {
      const object = await lab.kube.get<K8upOperation>(reference(kind, namespace, name))
      if (object === null) {
        throw new Error(
          `K8up ${kind} "${name}" was deleted from namespace "${namespace}" before it ended. ` +
            `Next: kubectl -n k8up logs deploy/k8up`,
        )
      }
      const state = readProgress(object)
      return state.hasEnded ? state : pending(state.progress)
    },
    { timeout: TIMEOUT, hint: shellCommand`kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}` },
  )
}
