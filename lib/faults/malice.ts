import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import { attackBucket, deletion, overwriting } from './bucket-attack.ts'
import { loseClaim } from './claim-loss.ts'
import type { Fault, FaultTarget } from './fault.ts'
import { namespaceDeletion } from './namespace-deletion.ts'
import { changeKey } from './secret-change.ts'
import { parseChanges } from './volume-corruption.ts'
import { runVolumeTask } from './volume-task.ts'

const nothing = () => Promise.resolve([])

/** The claim and its volume are deleted under the service, which is left as it is. */
export const claimDeletion = (): Fault => ({
  name: 'claim-deletion',
  description: 'the claim and its volume are deleted, the workload is left',
  requires: nothing,
  inject: loseClaim,
})

/** First the backups, then what they are of: by kubectl, as far as the cluster knows them. */
export const backupObjectsDeletion = (): Fault => ({
  name: 'backup-objects-deletion',
  description: 'the objects of the backup are deleted from the cluster, then the namespace',
  requires: nothing,
  async inject(lab, target) {
    const deleted = await deleteBackup(lab, target)
    const lost = await namespaceDeletion().inject(lab, target)
    return { ...lost, evidence: `${deleted}; ${lost.evidence}` }
  },
})

interface BucketOptions {
  /** Of the newest backup alone, else everything that the tool has in the bucket. */
  newest?: boolean
}

export const bucketDeletion = ({ newest = true }: BucketOptions = {}): Fault => ({
  name: 'bucket-deletion',
  description: `the objects of ${newest ? 'the newest backup' : 'every backup'} are deleted from the bucket`,
  requires: nothing,
  inject: (lab, target) => attackBucket(lab, target, { newest, attack: deletion }),
})

export const bucketOverwrite = ({ newest = true }: BucketOptions = {}): Fault => ({
  name: 'bucket-overwrite',
  description: `the objects of ${newest ? 'the newest backup' : 'every backup'} are overwritten in the bucket`,
  requires: nothing,
  inject: (lab, target) => attackBucket(lab, target, { newest, attack: overwriting }),
})

/** The tool's key to the store is a wrong one, until it is healed. */
export const wrongCredentials = (): Fault => ({
  name: 'wrong-credentials',
  description: "the tool's Secret holds a key that the store refuses",
  lasts: '15s',
  requires: nothing,
  inject: changeKey,
})

/** Every file of the volume is encrypted in place, behind the service's back. */
export const ransomware = (): Fault => ({
  name: 'ransomware',
  description: "every file of the service's volume is encrypted in place",
  requires: nothing,
  async inject(lab, { namespace, claim, seed }) {
    const task = { file: 'encrypt-volume.yaml', namespace, claim, flags: { '--seed': seed } }
    const { result, clear } = await runVolumeTask(lab, task, parseChanges)
    const files = result.changes.map(({ file }) => file)
    return {
      between: [result.fromMs, Math.min(...result.changes.map(({ atMs }) => atMs))],
      evidence: `${files.length} files encrypted: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`,
      heal: clear,
    }
  },
})

async function deleteBackup({ kube }: Lab, { backup, tool }: FaultTarget): Promise<string> {
  if (backup === null) throw new Error('there is no backup yet whose objects could be deleted')
  if (backup.objects.length === 0)
    throw new Error(`${tool.name}/${tool.strategy} keeps no object of a backup in the cluster`)
  const startedMs = Date.now()
  for (const object of backup.objects) await kube.delete(object)
  const goneMs = await waitFor(
    `objects of backup "${backup.name}" gone`,
    async () => {
      const there = await Promise.all(backup.objects.map((object) => kube.get(object)))
      const left = backup.objects.filter((_, index) => there[index] !== null)
      return left.length === 0
        ? Date.now()
        : pending(left.map(({ kind, metadata }) => `${kind} "${metadata.name}"`).join(', '))
    },
    { timeout: '60s' },
  )
  return `${backup.objects.length} objects of backup "${backup.name}" were gone ${goneMs - startedMs} ms after the request`
}
