import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { shellCommand } from '../../output/shell-quote.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { deleteJob, TIMEOUT } from '../support/job-pods.ts'
import { listObjects } from '../support/list-objects.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import type { Subject } from './backup.ts'
import { EVERY_MINUTE, minutesFrom, type CronTimes } from './cron-times.ts'
import { backupTask, jobReference, jobSpec, MOVER, PREFIX } from './job.ts'

/** A pod that ended still protects its claim from deletion. It is kept only until its end was surely seen. */
const KEEP_SECONDS = 5

export const schedule = (lab: Lab, subject: Subject): Promise<void> =>
  lab.kube.apply(cronJobs(lab, subject, minutesFrom(Date.now())))

/** One CronJob for each claim. Its name leaves room for what Kubernetes appends. */
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

/** The Jobs that the CronJobs made. */
export async function listJobs(
  lab: Lab,
  namespace: string,
  labels: Record<string, string> = {},
): Promise<KubeObject[]> {
  const request = { group: 'batch', version: 'v1', namespace, plural: 'jobs' }
  return listObjects(lab.kube, { ...request, labels: { ...MANAGED, ...labels } })
}

/** Deletes the CronJobs, and resolves when none of their pods is left. */
export async function unschedule(lab: Lab, { namespace, claims }: Subject): Promise<void> {
  for (const claim of claims) await lab.kube.delete(cronJobReference(namespace, claim))
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
