import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shorten.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { deleteJob, TIMEOUT } from '../support/job-pods.ts'
import { listObjects } from '../support/exported-namespace.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import type { Subject } from './backup.ts'
import { backupTask, jobReference, jobSpec, MOVER_LABELS, PREFIX } from './job.ts'

/** The times at which a CronJob creates a Job. */
type CronTimes = { schedule: string; timeZone?: string }

const EVERY_MINUTE: CronTimes = { schedule: '* * * * *' }
/** The schedule lasts at least this long. A drill needs less. */
const MIN_DURATION_MS = 30 * 60_000
/** The cluster's clock may be behind by this time. */
const MAX_CLOCK_LAG_MS = 5 * 60_000
const HOUR_MS = 60 * 60_000

/**
 * Every minute of the hours in which a drill needs its schedule, on this day of the year only. So a forgotten schedule stops
 * after some hours. Cron restricts days and hours independently, so the time zone is one in which midnight is far away.
 */
export function cronTimesFrom(nowMs: number): CronTimes {
  const utcHour = new Date(nowMs).getUTCHours()
  const isMidnightFar = utcHour >= 3 && utcHour < 21
  // The sign is as in POSIX: west of Greenwich.
  const zone = isMidnightFar ? { timeZone: 'Etc/UTC', offsetMs: 0 } : { timeZone: 'Etc/GMT+6', offsetMs: -6 * HOUR_MS }
  const first = new Date(nowMs - MAX_CLOCK_LAG_MS + zone.offsetMs)
  const last = new Date(nowMs + MIN_DURATION_MS + zone.offsetMs)
  const hours = [...new Set([first.getUTCHours(), last.getUTCHours()])].join(',')
  return { schedule: `* ${hours} ${first.getUTCDate()} ${first.getUTCMonth() + 1} *`, timeZone: zone.timeZone }
}

/** Time until Kubernetes deletes an ended Job. An ended pod still blocks the deletion of its claim, so the time is short. */
const KEEP_SECONDS = 5

export const startSchedule = (lab: Lab, subject: Subject): Promise<void> =>
  lab.kube.apply(cronJobs(lab, subject, cronTimesFrom(Date.now())))

/** One CronJob for each claim. Its name is short, because Kubernetes appends the time to the names of its Jobs. */
export function cronJobs(
  lab: Lab,
  { namespace, repository, claims }: Subject,
  times: CronTimes = EVERY_MINUTE,
): KubeObject[] {
  return claims.map((claim) => ({
    ...cronJobReference(namespace, claim),
    metadata: { ...cronJobReference(namespace, claim).metadata, labels: MANAGED },
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
export const claimLabel = (claim: string) => ({ 'meshdrill.dev/claim': hash(claim) })

export const cronJobReference = (namespace: string, claim: string) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: `${PREFIX}${hash(claim)}`, namespace },
})

/** Lists the Jobs that the CronJobs created. */
export async function listJobs(
  lab: Lab,
  namespace: string,
  labels: Record<string, string> = {},
): Promise<KubeObject[]> {
  const request = { group: 'batch', version: 'v1', namespace, plural: 'jobs' }
  return listObjects(lab.kube, { ...request, labels: { ...MANAGED, ...labels } })
}

/** Deletes the CronJobs with their Jobs, and resolves when all their pods are gone. */
export async function stopSchedule(lab: Lab, { namespace, claims }: Subject): Promise<void> {
  for (const claim of claims) await lab.kube.delete(cronJobReference(namespace, claim))
  for (const { metadata } of await listJobs(lab, namespace))
    await deleteJob(lab, jobReference(namespace, metadata.name))
  await waitFor(
    `pods of the schedule in namespace "${namespace}" gone`,
    async () => {
      const pods = await lab.kube.pods(namespace, MOVER_LABELS)
      return pods.length === 0 ? true : pending(pods.map((pod) => pod.metadata?.name ?? '?').join(', '))
    },
    { timeout: TIMEOUT, hint: shellCommand`kubectl -n ${namespace} get cronjobs,jobs,pods` },
  )
}
