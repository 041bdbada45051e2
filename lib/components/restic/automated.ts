import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { deleteJob, TIMEOUT } from '../support/job-pods.ts'
import { listObjects } from '../support/list-objects.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import type { Backup, BackupTool } from '../tool.ts'
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
import { backupTask, endOfScheduledJob, jobReference, jobSpec, MOVER, PREFIX, type TaskEnd } from './job.ts'
import { newestOfEach, type Snapshot } from './output.ts'
import { backedUpBytes, resultOf, sum } from './outcome.ts'
import { listSnapshots } from './repository.ts'
import { shellCommand } from '../../output/shell-quote.ts'

/** When a CronJob makes a Job. */
type CronTimes = { schedule: string; timeZone?: string }

const EVERY_MINUTE: CronTimes = { schedule: '* * * * *' }
/** Longer than a drill needs its schedule, and by how much the cluster's clock may be behind. */
const LASTS_MS = 30 * 60_000
const BEHIND_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000

/**
 * Every minute of the hours in which a drill needs its schedule, and of no other day of the year: if nobody is left to suspend
 * it, it stops by itself. The time zone is one in which that is not about midnight, as cron takes days and hours apart.
 */
export function minutesFrom(nowMs: number): CronTimes {
  const utcHour = new Date(nowMs).getUTCHours()
  const isMidnightFar = utcHour >= 3 && utcHour < 21
  // The sign is as in POSIX: west of Greenwich.
  const zone = isMidnightFar ? { timeZone: 'Etc/UTC', offsetMs: 0 } : { timeZone: 'Etc/GMT+6', offsetMs: -6 * HOUR_MS }
  const first = new Date(nowMs - BEHIND_MS + zone.offsetMs)
  const last = new Date(nowMs + LASTS_MS + zone.offsetMs)
  const hours = [...new Set([first.getUTCHours(), last.getUTCHours()])].join(',')
  return { schedule: `* ${hours} ${first.getUTCDate()} ${first.getUTCMonth() + 1} *`, timeZone: zone.timeZone }
}

/** A pod that has ended still holds its claim back from deletion: it goes as soon as its end was surely seen. */
const KEEP_SECONDS = 5

/** restic of the live volume every minute, by a CronJob. A backup is the first that it makes after it was asked for. */
export function resticAutomated(): BackupTool {
  return resticTool('automated', async (lab, subject, name) => {
    const { namespace } = subject
    const known = (await listJobs(lab, namespace)).map(({ metadata }) => metadata.name)
    await schedule(lab, subject)
    const work = firstOfEach(lab, subject, known).then((ends) => {
      const result = resultOf(ends, backedUpBytes, objectsDetail(subject))
      return scheduledBackup(lab, subject, { name, result, snapshots: snapshotsOf(ends) })
    })
    return runningBackup(lab, namespace, name, { work })
  })
}

const schedule = (lab: Lab, subject: Subject): Promise<void> =>
  lab.kube.apply(cronJobs(lab, subject, minutesFrom(Date.now())))

/** A CronJob a claim; its name is short enough for what Kubernetes appends. */
export function cronJobs(
  lab: Lab,
  { namespace, repository, claims }: Subject,
  times: CronTimes = EVERY_MINUTE,
): KubeObject[] {
  return claims.map((claim) => ({
    ...referenceOf(namespace, claim),
    metadata: { ...referenceOf(namespace, claim).metadata, labels: MANAGED },
    spec: {
      ...times,
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        metadata: { labels: { ...MANAGED, ...claimLabel(claim) } },
        spec: { ...jobSpec(lab, repository, backupTask(namespace, claim)), ttlSecondsAfterFinished: KEEP_SECONDS },
      },
    },
  }))
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10)
const claimLabel = (claim: string) => ({ 'meshdrill.dev/claim': hash(claim) })

const referenceOf = (namespace: string, claim: string) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: `${PREFIX}${hash(claim)}`, namespace },
})

/** The Jobs that the CronJobs made. */
async function listJobs(lab: Lab, namespace: string, labels: Record<string, string> = {}): Promise<KubeObject[]> {
  const request = { group: 'batch', version: 'v1', namespace, plural: 'jobs' }
  return listObjects(lab.kube, { ...request, labels: { ...MANAGED, ...labels } })
}

/** Of each claim, the first Job that was not there before, when it has ended. */
async function firstOfEach(lab: Lab, { namespace, claims }: Subject, known: string[]): Promise<TaskEnd[]> {
  return Promise.all(
    claims.map(async (claim) => {
      const name = await waitFor(
        `a scheduled Job for claim "${claim}" in namespace "${namespace}"`,
        async () => {
          const jobs = (await listJobs(lab, namespace, claimLabel(claim))).map(({ metadata }) => metadata.name)
          return jobs.find((job) => !known.includes(job)) ?? pending(`only ${jobs.join(', ') || 'none'} so far`)
        },
        { timeout: '150s', every: '200ms', hint: shellCommand`kubectl -n ${namespace} describe cronjobs` },
      )
      return endOfScheduledJob(lab, namespace, name, claim)
    }),
  )
}

/** A backup by the schedule, which goes on: what is restored later may be a newer one. */
function scheduledBackup(
  lab: Lab,
  subject: Subject,
  made: { name: string; result: OperationResult; snapshots: Snapshots },
): Backup {
  const { namespace, claims, repository } = subject
  const backup: Backup = {
    ...backupOf(lab, subject, { ...made, objects: claims.map((claim) => referenceOf(namespace, claim)) }),
    async restore({ into } = {}) {
      if (into !== undefined) return restoreFrom(lab, subject, made.snapshots, into)
      // Else it would copy what is half restored.
      await unschedule(lab, subject)
      const result = await restoreFrom(lab, subject, made.snapshots)
      if (result.succeeded) await schedule(lab, subject)
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

/** A snapshot is there only when its backup had ended well. */
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

/** Resolves when no CronJob is there and none of their pods. */
async function unschedule(lab: Lab, { namespace, claims }: Subject): Promise<void> {
  for (const claim of claims) await lab.kube.delete(referenceOf(namespace, claim))
  for (const { metadata } of await listJobs(lab, namespace))
    await deleteJob(lab, jobReference(namespace, metadata.name))
  await waitFor(
    `pods of the schedule in namespace "${namespace}" gone`,
    async () => {
      const pods = await lab.kube.pods(namespace, MOVER)
      return pods.length === 0 ? true : pending(pods.map((pod) => pod.metadata?.name ?? '?').join(', '))
    },
    { timeout: TIMEOUT, hint: shellCommand`kubectl -n ${namespace} get cronjobs,jobs,pods` },
  )
}
