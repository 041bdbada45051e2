import type { Lab } from '../lab/lab.ts'
import { runningBackup, resticTool, type Subject } from '../components/restic/backup.ts'
import { waitForJobAndDelete, jobName, restoreTask, startJob } from '../components/restic/job.ts'
import { backUpAtRest } from '../components/restic/manual.ts'
import { listSnapshots } from '../components/restic/repository.ts'
import { findWorkloads, scaleDown, scaleUp } from '../components/restic/scale.ts'
import type { Backup, BackupTool } from '../components/tool.ts'
import { broken } from './broken.ts'

/** restic's option for every other file of the ledger. */
const HALF = '--include=/data/segment-*[13579]'

/**
 * The manual strategy of restic, which promises the state of one moment. After the restore, it restores half of the files again
 * from the oldest snapshot. Each file is intact, but together they are from two moments.
 */
export const mixesTwoMoments = (): BackupTool =>
  broken(
    resticTool('manual', (lab, subject, name) =>
      Promise.resolve(runningBackup(lab, subject.namespace, name, { work: backUp(lab, subject, name) })),
    ),
    'mixes-two-moments',
    (whole) => whole,
  )

async function backUp(lab: Lab, subject: Subject, name: string): Promise<Backup> {
  const backup = await backUpAtRest(lab, subject, name)
  return {
    ...backup,
    async restore(options = {}) {
      const result = await backup.restore(options)
      await makeHalfOlder(lab, subject, options.into ?? subject.namespace)
      return result
    },
  }
}

async function makeHalfOlder(lab: Lab, { repository, claims }: Subject, namespace: string): Promise<void> {
  const snapshots = await listSnapshots(lab, repository)
  const workloads = await findWorkloads(lab.kube, namespace, claims)
  await scaleDown(lab.kube, workloads)
  for (const claim of claims) {
    const oldest = snapshots.find((snapshot) => snapshot.claim === claim)
    if (oldest === undefined)
      throw new Error(`the repository has no snapshot of claim "${claim}". Next: restic snapshots`)
    const { args, ...task } = restoreTask(claim, oldest.id)
    const name = jobName('mix', `${namespace}/${Date.now()}`, claim)
    await startJob(lab, repository, { namespace, name, task: { ...task, args: [...args, HALF] } })
    const { succeeded, message } = await waitForJobAndDelete(lab, namespace, name, claim)
    if (!succeeded)
      throw new Error(`restore of the older half of claim "${claim}" failed: ${message ?? 'no reason given'}`)
  }
  await scaleUp(lab.kube, workloads)
}
