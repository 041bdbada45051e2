import { resticManual } from './manual.ts'
import { resticAutomated } from './automated.ts'
import { resticIncremental } from './incremental.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import { cronJobs } from './cron-jobs.ts'
import { backupTask, jobObject, restoreTask } from './job.ts'
import { repositoryOf, secretsFor } from './repository.ts'

const { namespace, uid, claim, backup: name } = SERVICE

const applyJob = 'Apply a Job for each volume that backs it up.'

/** Effort of a user who stops the service, backs up by a Job, and starts the service again. */
const manualEffort = (lab: Lab): UserEffort =>
  effortOf(lab, 'manual', {
    request: jobText(lab, 'manual'),
    firstBackup: ['Scale the workloads down.', applyJob, 'Scale the workloads up again.'],
  })

/** Effort of a user who backs up the running service by a Job. */
const incrementalEffort = (lab: Lab): UserEffort =>
  effortOf(lab, 'incremental', { request: jobText(lab, 'incremental'), firstBackup: [applyJob] })

/** Effort of a user with a CronJob that starts the backups. */
function automatedEffort(lab: Lab): UserEffort {
  const subject = { namespace, repository: repositoryFor(lab, 'automated'), objects: [], claims: [claim] }
  return effortOf(lab, 'automated', {
    request: textOf('the CronJob', ...cronJobs(lab, subject)),
    firstBackup: ['Apply a CronJob for each volume.'],
    stopSchedule: ['Delete the CronJob.'],
  })
}

interface Parts {
  request: UserEffort['configuration'][number]
  firstBackup: string[]
  stopSchedule?: string[]
}

const effortOf = (lab: Lab, mode: string, { request, firstBackup, stopSchedule = [] }: Parts): UserEffort => ({
  configuration: [
    textOf('the Secrets with the store’s keys and the password', ...secretsFor(lab, namespace)),
    request,
    textOf('the Job that restores', jobFor(lab, mode, restoreTask(claim, 'latest'))),
  ],
  firstBackup: [STEPS.keepObjects, 'Make the repository: restic init.', 'Apply the Secrets.', ...firstBackup],
  restore: [
    ...stopSchedule,
    'Find the newest snapshot: restic snapshots.',
    STEPS.clear,
    'Apply the namespace with its configuration, the claims and the Secrets.',
    'Apply a Job for each volume that restores it.',
    STEPS.startWorkloads,
  ],
  source: `lib/components/restic/${mode}.ts, lib/components/restic/backup.ts`,
})

const repositoryFor = (lab: Lab, mode: string) => repositoryOf(lab, { name: namespace, uid }, mode)

const jobFor = (lab: Lab, mode: string, task: Parameters<typeof jobObject>[2]['task']): KubeObject =>
  jobObject(lab, repositoryFor(lab, mode), { namespace, name, task })

const jobText = (lab: Lab, mode: string) =>
  textOf('the Job that backs up', jobFor(lab, mode, backupTask(namespace, claim)))

export const drivers = {
  manual: { create: resticManual, effort: manualEffort },
  automated: { create: resticAutomated, effort: automatedEffort },
  incremental: { create: resticIncremental, effort: incrementalEffort },
}
