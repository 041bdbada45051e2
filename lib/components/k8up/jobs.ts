import type { Lab } from '../../lab/lab.ts'
import { deleteJob, jobEnded, type JobEnd } from '../support/job-pods.ts'
import { list } from './objects.ts'

const JOBS = { group: 'batch', plural: 'jobs' }

/** How the Jobs of an operation ended. They go then: a pod that has ended holds its claim back from deletion. */
export async function takeJobs(lab: Lab, namespace: string, owner: string): Promise<JobEnd[]> {
  const jobs = await list(lab, JOBS, namespace, { 'k8up.io/owned-by': owner })
  return Promise.all(
    jobs.map(async ({ metadata }) => {
      const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: metadata.name, namespace } }
      const end = await jobEnded(lab, job)
      await deleteJob(lab, job)
      return end
    }),
  )
}
