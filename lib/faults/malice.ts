import { pending, waitFor } from '../system/wait.ts'
import type { Lab } from '../lab/lab.ts'
import { attackBucket, deletion, overwriting } from './support/bucket-attack.ts'
import { loseClaim } from './support/claim-loss.ts'
import type { Backup } from '../components/tool.ts'
import type { Fault, FaultTarget } from './fault.ts'
import { faults } from './index.ts'
import { namespaceDeletion } from './namespace-deletion.ts'
import { damageProgram, firstClaim } from './support/data-damage.ts'
import { changeKey } from './support/secret-change.ts'
import { parseChanges } from './volume-corruption.ts'
import { planTask, undosOf } from './support/volume-task.ts'

const nothing = () => Promise.resolve([])

/** Deletes the claim and its volume while the service uses them. The workload stays. */
export const claimDeletion = (): Fault => ({
  name: 'claim-deletion',
  description: 'the claim and its volume are deleted, the workload is left',
  requires: nothing,
  plan: loseClaim,
})

/** Deletes the backup objects in the cluster, then the namespace. */
export const backupObjectsDeletion = (): Fault => ({
  name: 'backup-objects-deletion',
  description: 'the objects of the backup are deleted from the cluster, then the namespace',
  requires: nothing,
  async plan(lab, target) {
    const backup = backupToDelete(target)
    const loss = await namespaceDeletion().plan(lab, target)
    let deleted = ''
    return {
      ...loss,
      async make() {
        deleted = await deleteBackup(lab, backup)
        await loss.make()
      },
      async see(requestedMs) {
        const lost = await loss.see(requestedMs)
        return { ...lost, evidence: `${deleted}; ${lost.evidence}` }
      },
    }
  },
})

interface BucketOptions {
  /** Strikes the objects of the newest backup, else all objects of the tool in the bucket. */
  newest?: boolean
}

export const bucketDeletion = ({ newest = true }: BucketOptions = {}): Fault => ({
  name: 'bucket-deletion',
  description: `the objects of ${newest ? 'the newest backup' : 'every backup'} are deleted from the bucket`,
  requires: nothing,
  plan: (lab, target) => attackBucket(lab, target, { newest, attack: deletion }),
})

export const bucketOverwrite = ({ newest = true }: BucketOptions = {}): Fault => ({
  name: 'bucket-overwrite',
  description: `the objects of ${newest ? 'the newest backup' : 'every backup'} are overwritten in the bucket`,
  requires: nothing,
  plan: (lab, target) => attackBucket(lab, target, { newest, attack: overwriting }),
})

/** Replaces the tool's store key by a wrong one until the fault is healed. */
export const wrongCredentials = (): Fault => ({
  name: 'wrong-credentials',
  description: "the tool's Secret holds a key that the store refuses",
  lasts: '15s',
  requires: nothing,
  plan: changeKey,
})

/** Encrypts every file of the volume in place, without the service. */
export const ransomware = (): Fault => ({
  name: 'ransomware',
  description: "every file of the service's volume is encrypted in place",
  requires: nothing,
  async plan(lab, target) {
    const program = damageProgram(target, faults.ransomware.damages, 1)
    const claim = firstClaim(target)
    const task = await planTask(lab, { file: 'encrypt-volume.yaml', namespace: target.namespace, claim, program })
    return {
      undo: undosOf(task),
      make: () => task.start(),
      async see() {
        const { changes, fromMs } = parseChanges(await task.log())
        const files = changes.map(({ file }) => file)
        return {
          between: [fromMs, Math.min(...changes.map(({ atMs }) => atMs))],
          evidence: `${files.length} files encrypted: ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`,
        }
      },
    }
  },
})

function backupToDelete({ backup, tool }: FaultTarget): Backup {
  if (backup === null) throw new Error('there is no backup yet, so no objects can be deleted')
  if (backup.objects.length === 0)
    throw new Error(`${tool.name}/${tool.strategy} keeps no object of a backup in the cluster`)
  return backup
}

async function deleteBackup({ kube }: Lab, backup: Backup): Promise<string> {
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
