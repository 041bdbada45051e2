import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { podRunning, type JobEnd } from '../support/job-pods.ts'
import { describeObjects, exportNamespace, MANAGED, uidOf } from '../support/namespace-objects.ts'
import type { Backup, RunningBackup } from '../tool.ts'
import { backendObjects, commonSpec, repositoryOf } from './backend.ts'
import { takeJobs } from './jobs.ts'
import { readBackupLog } from './log.ts'
import {
  list,
  MOVER,
  operationEnded,
  readEnd,
  reference,
  type K8upOperation,
  type K8upSnapshot,
  type OperationEnd,
} from './objects.ts'
import { restore } from './restore.ts'

/** A namespace that K8up backs up, and what the operator keeps of it outside the cluster. */
export interface Subject {
  namespace: string
  objects: KubeObject[]
  claims: string[]
  repository: string
}

/** Asks K8up for a backup of every volume of a namespace, and returns at once. */
export async function startBackup(lab: Lab, namespace: string, name: string): Promise<RunningBackup> {
  const objects = await exportNamespace(lab, namespace)
  const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name)
  const repository = repositoryOf(lab, namespace, await uidOf(lab.kube, namespace))
  const backup = reference('Backup', namespace, name)
  await lab.kube.apply([
    ...backendObjects(lab, namespace),
    { ...backup, metadata: { ...backup.metadata, labels: MANAGED }, spec: commonSpec(lab, repository) },
  ])
  const hasEnded = async () => {
    const found = await lab.kube.get<K8upOperation>(backup)
    return found === null || typeof readEnd(found) !== 'string'
  }
  return {
    name,
    moving: () => podRunning(lab, { namespace, labels: MOVER }, hasEnded),
    finished: () => endedBackup(lab, { namespace, objects, claims, repository }, name),
  }
}

async function endedBackup(lab: Lab, subject: Subject, name: string): Promise<Backup> {
  const { namespace, claims, objects } = subject
  const end = await operationEnded(lab, 'Backup', { namespace, name })
  const jobs = await takeJobs(lab, namespace, `backup_${name}`)
  const snapshots = newestOfEach(await list<K8upSnapshot>(lab, SNAPSHOTS, namespace), claims, end.startedMs)
  return {
    name,
    result: describe(end, jobs, objects),
    objects: [
      reference('Backup', namespace, name),
      ...snapshots.map(({ object }) => reference('Snapshot', namespace, object)),
    ],
    restore: ({ into } = {}) => restore(lab, subject, snapshots, { name, into: into ?? null }),
  }
}

const SNAPSHOTS = { group: 'k8up.io', plural: 'snapshots' }

/** What of each claim there is to restore: restic's snapshot, and the object that tells of it. */
export type Snapshots = { claim: string; id: string; object: string }[]

/** For each claim, the newest of its snapshots that are not older than a time; the API counts whole seconds. */
export function newestOfEach(snapshots: K8upSnapshot[], claims: string[], sinceMs: number | null): Snapshots {
  const timeOf = ({ spec }: K8upSnapshot): number => Date.parse(spec.date ?? '')
  return claims.flatMap((claim) => {
    const [newest] = snapshots
      .filter((snapshot) => snapshot.spec.paths?.[0] === `/data/${claim}` && timeOf(snapshot) >= (sinceMs ?? 0))
      .sort((one, other) => timeOf(other) - timeOf(one))
    const id = newest?.spec.id
    return newest === undefined || id === undefined ? [] : [{ claim, id, object: newest.metadata.name }]
  })
}

export function describe(end: OperationEnd, jobs: JobEnd[], objects: KubeObject[]): OperationResult {
  const log = readBackupLog(jobs.map((job) => job.log).join('\n'))
  const failed = jobs.find(({ state }) => state === 'Failed')
  return {
    state: end.state,
    succeeded: end.state === 'Succeeded',
    startedMs: end.startedMs,
    endedMs: end.endedMs,
    // Without a Job there was nothing to back up, which K8up calls a success too.
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
