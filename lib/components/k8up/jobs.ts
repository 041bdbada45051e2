import type { Lab } from '../../lab/lab.ts'
import { deleteJob, jobEnded, type JobEnd } from '../support/job-pods.ts'
import { listObjects } from '../support/list-objects.ts'

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' }

/** Waits for the Jobs of an operation, and deletes them: a pod that ended still protects its claim from deletion. */
export async function takeJobs(lab: Lab, namespace: string, owner: string): Promise<JobEnd[]> {
  const jobs = await listObjects(lab.kube, { ...JOBS, namespace, labels: { 'k8up.io/owned-by': owner } })
  return Promise.all(
    jobs.map(async ({ metadata }) => {
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: metadata.name, namespace } }
      const end = await jobEnded(lab, job)
      await deleteJob(lab, job)
      return end
    }),
  )
}
