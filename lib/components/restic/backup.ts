import type { ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Schedules } from '../../lab/undo.ts'
import type { OperationResult } from '../../record/facts.ts'
import { waitForRunningPod, TIMEOUT } from '../support/job-pods.ts'
import { claimsWithoutSnapshot, exportSubject, type ExportedNamespace } from '../support/exported-namespace.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { noSnapshot, planRestore, restoreNamespace } from '../support/namespace-restore.ts'
import type { Backup, BackupTool, InstalledTool, RunningBackup } from '../tool.ts'
import {
  backupTask,
  waitForJobAndDelete,
  jobName,
  MOVER_LABELS,
  PREFIX,
  restoreTask,
  startJob,
  type TaskEnd,
} from './job.ts'
import { groupByPod } from './groups.ts'
import { restoredBytes, resultOf } from './outcome.ts'
import {
  ensureRepository,
  KEYS_SECRET,
  prefixOf,
  repairIndex,
  repositoryOf,
  secretsFor,
  type Repository,
} from './repository.ts'

/** A namespace that restic backs up, with the repository of its volumes. */
export interface Subject extends ExportedNamespace {
  repository: Repository
}

/** A tool that copies volumes with restic to the S3 store. The operator keeps the objects, for example in Git. */
export function resticTool(
  strategy: string,
  start: (lab: Lab, subject: Subject, name: string) => Promise<RunningBackup>,
  /** Objects that start backups of a namespace by a schedule. */
  schedulesOf: (namespace: string) => Schedules[] = () => [],
): BackupTool {
  const attach = (lab: Lab): InstalledTool => ({
    name: 'restic',
    strategy,
    version: lab.artifacts.component('restic').version,
    parts: (namespace) => ({
      pods: [{ namespace, prefix: PREFIX }],
      mover: { namespace, labels: MOVER_LABELS },
      secret: { namespace, name: KEYS_SECRET },
      schedules: schedulesOf(namespace),
      prefix: prefixOf(lab, namespace, strategy),
    }),
    async backup(namespace, { name }) {
      return start(lab, await prepare(lab, namespace, strategy), name)
    },
  })
  return {
    name: 'restic',
    strategy,
    volumes: 'any',
    requires: () => Promise.resolve([]),
    async install(lab) {
      await lab.cluster.loadImages([lab.artifacts.image('restic/restic')])
      return attach(lab)
    },
    attach,
  }
}

/** Exports the objects, and creates the repository and the Secrets that the Jobs need. */
async function prepare(lab: Lab, namespace: string, strategy: string): Promise<Subject> {
  const { uid, ...exported } = await exportSubject(lab, namespace)
  const repository = repositoryOf(lab, { name: namespace, uid }, strategy)
  await ensureRepository(lab, repository)
  await lab.kube.apply(secretsFor(lab, namespace))
  return { ...exported, repository }
}

/** Backs up each claim in its own Job, and resolves when all Jobs have ended. */
export async function backUpClaims(lab: Lab, subject: Subject, operation: string): Promise<TaskEnd[]> {
  const { namespace, repository, claims } = subject
  return Promise.all(
    claims.map(async (claim) => {
      const name = jobName('backup', operation, claim)
      await startJob(lab, repository, { namespace, name, task: backupTask(namespace, claim) })
      return waitForJobAndDelete(lab, namespace, name, claim)
    }),
  )
}

/** A backup that runs in the background. If it fails, `waitUntilFinished` rejects. */
export function runningBackup(
  lab: Lab,
  namespace: string,
  name: string,
  /** `isMoving` is false while preparing Jobs run, such as a full backup before an incremental one. */
  { work, isMoving = () => true }: { work: Promise<Backup>; isMoving?: () => boolean },
): RunningBackup {
  let ended = false
  const over = () => {
    ended = true
  }
  work.then(over, over)
  return {
    name,
    async waitUntilMoving() {
      const what = `backup "${name}" past its preparation`
      const prepared = async () => Promise.resolve(isMoving() || ended ? true : pending('the preparation still runs'))
      await waitFor(what, prepared, { timeout: TIMEOUT, every: '20ms' })
      return waitForRunningPod(lab, { namespace, labels: MOVER_LABELS }, () => Promise.resolve(ended))
    },
    waitUntilFinished: () => work,
  }
}

/** The snapshot of each claim, as far as there is one. */
export type Snapshots = { claim: string; id: string }[]

export const snapshotsOf = (ends: TaskEnd[]): Snapshots =>
  ends.flatMap(({ claim, backup }) => (backup === null ? [] : [{ claim, id: backup.snapshot }]))

/** A detail of every result: the number of exported objects, and where they are kept. */
export const objectsDetail = ({ objects }: Subject) => ({ objects: describeObjects(objects) })

/** A backup with these snapshots. */
export function backupOf(
  lab: Lab,
  subject: Subject,
  {
    name,
    result,
    snapshots,
    objects = [],
  }: { name: string; result: OperationResult; snapshots: Snapshots; objects?: ObjectReference[] },
): Backup {
  return { name, result, objects, restore: ({ into } = {}) => restoreFrom(lab, subject, snapshots, into) }
}

/** Restores from these snapshots, into the namespace itself or another one. */
export async function restoreFrom(
  lab: Lab,
  subject: Subject,
  snapshots: Snapshots,
  into?: string,
): Promise<OperationResult> {
  const { objects, claims, namespace, repository } = subject
  const missing = claimsWithoutSnapshot(claims, snapshots)
  if (missing.length > 0) return noSnapshot(missing, objectsDetail(subject))
  const target = into ?? namespace
  return restoreNamespace(lab.kube, planRestore(objects, into), secretsFor(lab, target), async () => {
    const restore = () => restoreClaims(lab, repository, { namespace: target, objects }, snapshots)
    const ends = await restore()
    if (!ends.some(({ hasUnreadableIndex }) => hasUnreadableIndex))
      return resultOf(ends, restoredBytes, objectsDetail(subject))
    // restic cannot read any snapshot if one index file is damaged. The repair creates the index again from the data.
    await repairIndex(lab, repository)
    return resultOf(await restore(), restoredBytes, { ...objectsDetail(subject), repaired: 'index' })
  })
}

function restoreClaims(
  lab: Lab,
  repository: Repository,
  { namespace, objects }: Pick<Subject, 'namespace' | 'objects'>,
  snapshots: Snapshots,
): Promise<TaskEnd[]> {
  const together = groupByPod(
    objects,
    snapshots.map(({ claim }) => claim),
  )
  const operation = `${namespace}/${Date.now()}`
  return Promise.all(
    snapshots.map(async ({ claim, id }) => {
      const name = jobName('restore', operation, claim)
      await startJob(lab, repository, { namespace, name, task: restoreTask(claim, id, together.get(claim)) })
      return waitForJobAndDelete(lab, namespace, name, claim)
    }),
  )
}
