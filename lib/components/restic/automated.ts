import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import type { OperationResult } from '../../record/facts.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import type { Backup, BackupTool, RunningBackup } from '../tool.ts'
import {
  backupOf,
  objectsDetail,
  resticTool,
  restoreFrom,
  runningBackup,
  snapshotsOf,
  type Snapshots,
  type Subject,
} from './backup.ts'
import { claimLabel, cronJobReference, listJobs, startSchedule, stopSchedule } from './cron-jobs.ts'
import { waitForScheduledJob, type TaskEnd } from './job.ts'
import { newestOfEach, type Snapshot } from './output.ts'
import { backedUpBytes, resultOf, sum } from './outcome.ts'
import { listSnapshots } from './repository.ts'

/** Backs up the running service every minute, by CronJobs. The backup is the first one that starts after the request. */
export const resticAutomated = (): BackupTool =>
  resticTool('automated', backUpBySchedule, (namespace) => [{ kind: 'CronJob', namespace, labels: MANAGED }])

async function backUpBySchedule(lab: Lab, subject: Subject, name: string): Promise<RunningBackup> {
  const { namespace } = subject
  const earlierJobs = (await listJobs(lab, namespace)).map(({ metadata }) => metadata.name)
  await startSchedule(lab, subject)
  const work = waitForFirstJobs(lab, subject, earlierJobs).then((ends) => {
    const result = resultOf(ends, backedUpBytes, objectsDetail(subject))
    return scheduledBackup(lab, subject, { name, result, snapshots: snapshotsOf(ends) })
  })
  return runningBackup(lab, namespace, name, { work })
}

/** Waits until the first new Job of each claim has ended. */
async function waitForFirstJobs(lab: Lab, { namespace, claims }: Subject, earlierJobs: string[]): Promise<TaskEnd[]> {
  return Promise.all(
    claims.map(async (claim) => {
      const name = await waitFor(
        `a scheduled Job for claim "${claim}" in namespace "${namespace}"`,
        async () => {
          const jobs = (await listJobs(lab, namespace, claimLabel(claim))).map(({ metadata }) => metadata.name)
          return jobs.find((job) => !earlierJobs.includes(job)) ?? pending(`only ${jobs.join(', ') || 'none'} so far`)
        },
        { timeout: '150s', every: '200ms', hint: shellCommand`kubectl -n ${namespace} describe cronjobs` },
      )
      return waitForScheduledJob(lab, namespace, name, claim)
    }),
  )
}

/** A backup of the schedule. The schedule keeps running, so a newer backup can be restored later. */
function scheduledBackup(
  lab: Lab,
  subject: Subject,
  made: { name: string; result: OperationResult; snapshots: Snapshots },
): Backup {
  const { namespace, claims, repository } = subject
  const backup: Backup = {
    ...backupOf(lab, subject, { ...made, objects: claims.map((claim) => cronJobReference(namespace, claim)) }),
    async restore({ into } = {}) {
      if (into !== undefined) return restoreFrom(lab, subject, made.snapshots, into)
      // The schedule must not back up a half-restored volume.
      await stopSchedule(lab, subject)
      const result = await restoreFrom(lab, subject, made.snapshots)
      if (result.succeeded) await startSchedule(lab, subject)
      return result
    },
    async newestAt(ms) {
      const found = newestOfEach(await listSnapshots(lab, repository), claims, ms)
      const isSame = found.every(({ id }) => made.snapshots.some((snapshot) => snapshot.id === id))
      if (isSame) return backup
      const name = `${namespace}-${found.map(({ id }) => id.slice(0, 8)).join('-')}`
      return scheduledBackup(lab, subject, { name, result: resultOfSnapshots(found, subject), snapshots: found })
    },
  }
  return backup
}

/** restic writes a snapshot only at the end of a successful backup. */
const resultOfSnapshots = (snapshots: Snapshot[], subject: Subject): OperationResult => ({
  state: 'Complete',
  succeeded: true,
  startedMs: Math.min(...snapshots.map(({ startedMs }) => startedMs)),
  endedMs: Math.max(...snapshots.map(({ endedMs }) => endedMs)),
  bytes: sum(snapshots.map(({ summary }) => summary.bytes)),
  details: {
    volumes: snapshots.length,
    volumesFailed: 0,
    bytesAdded: sum(snapshots.map(({ summary }) => summary.bytesAddedPacked ?? summary.bytesAdded)),
    filesChanged: sum(snapshots.map(({ summary }) => summary.filesChanged)),
    ...objectsDetail(subject),
  },
})
