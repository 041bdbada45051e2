import type { Lab } from '../../lab/lab.ts'
import { deleteJob } from '../support/job-pods.ts'
import { MOVER } from './configuration.ts'

/** Deletes the Jobs that moved data and have ended: their pods protect the claims from deletion. */
export async function endJobs(lab: Lab, namespace: string): Promise<void> {
  const pods = await lab.kube.pods(namespace, MOVER)
  const ended = pods.filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed')
  const owners = ended.flatMap(({ metadata }) => metadata?.ownerReferences ?? [])
  const jobs = new Set(owners.filter(({ kind }) => kind === 'Job').map(({ name }) => name))
  for (const name of jobs) await deleteJob(lab, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace } })
}
