import { readBackupLog } from './log.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { waitForRunningPod, type JobEnd } from '../support/job-pods.ts'
import { exportSubject, listObjects } from '../support/exported-namespace.ts'
import { describeObjects, MANAGED } from '../support/namespace-objects.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import { backendObjects, commonSpec, repositoryOf } from './backend.ts'
import {
  MOVER_LABELS,
  waitForOperation,
  readProgress,
  reference,
  type K8upOperation,
  type K8upSnapshot,
  type OperationEnd,
  collectJobs,
} from './objects.ts'
import { restore, type Subject } from './restore.ts'
import { newestOfEach } from './snapshots.ts'

/** Creates a K8up Backup of every volume of a namespace, and does not wait for its end. */
export async function startBackup(lab: Lab, namespace: string, name: string): Promise<RunningBackup> {
  const { uid, ...exported } = await exportSubject(lab, namespace)
  const repository = repositoryOf(lab, namespace, uid)
  const backup = reference('Backup', namespace, name)
  await lab.kube.apply([
    ...backendObjects(lab, namespace),
    { ...backup, metadata: { ...backup.metadata, labels: MANAGED }, spec: commonSpec(lab, repository) },
  ])
  const hasEnded = async () => {
    const found = await lab.kube.get<K8upOperation>(backup)
    return found === null || readProgress(found).hasEnded
  }
  return {
    name,
    waitUntilMoving: () => waitForRunningPod(lab, { namespace, labels: MOVER_LABELS }, hasEnded),
    waitUntilFinished: () => finishBackup(lab, { ...exported, repository }, name),
  }
}

async function finishBackup(lab: Lab, subject: Subject, name: string): Promise<Backup> {
  const { namespace, claims, objects } = subject
  const end = await waitForOperation(lab, 'Backup', { namespace, name })
  const jobs = await collectJobs(lab, namespace, `backup_${name}`)
  const snapshots = newestOfEach(
    await listObjects<K8upSnapshot>(lab.kube, { ...SNAPSHOTS, namespace }),
    claims,
    end.startedMs,
  )
  return {
    name,
    result: describe(end, jobs, objects),
    objects: [
      reference('Backup', namespace, name),
      ...snapshots.map(({ object }) => reference('Snapshot', namespace, object)),
    ],
    restore: ({ into } = {}) => restore(lab, subject, snapshots, into ?? null),
  }
}

const SNAPSHOTS = { group: 'k8up.io', version: 'v1', plural: 'snapshots' }

function describe(end: OperationEnd, jobs: JobEnd[], objects: KubeObject[]): OperationResult {
  const log = readBackupLog(jobs.map((job) => job.log).join('\n'))
  const failed = jobs.find(({ state }) => state === 'Failed')
  return {
    state: end.state,
    succeeded: end.state === 'Succeeded',
    startedMs: end.startedMs,
    endedMs: end.endedMs,
    // K8up creates no Job if there is no volume, and still reports success.
    bytes: jobs.length === 0 ? 0 : log.bytes,
    details: {
      jobs: jobs.length,
      bytesAdded: log.bytesAdded,
      errors: log.errors,
      message: end.message,
      reason: failed?.reason ?? null,
      objects: describeObjects(objects),
    },
  }
}
