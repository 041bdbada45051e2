import type { Drill } from '../../fixtures/drill.ts'
import { drillEach } from '../../fixtures/index.ts'
import {
  backupObjectsDeletion,
  bucketDeletion,
  bucketOverwrite,
  claimDeletion,
  ransomware,
} from '../../lib/faults/malice.ts'
import { comeBack, replaceDamaged } from './courses.ts'

const lost = { objectives: { rto: '3m', rpo: '3m' }, expects: { outage: true, restore: true } }

/** The state is deleted, and the newest backup is attacked too; an older one is there. */
async function comeBackFromOlder(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const older = await service.backUp()
  // The store tells times in whole seconds: within one, the older backup's objects cannot be told from the newest's.
  await service.goOn('2s')
  await service.backUp()
  await service.lose(claimDeletion())
  await service.break()
  await service.discard()
  await service.restore(older)
  await service.assert()
}

export default [
  drillEach(
    'claims and volumes that were deleted come back from the backup',
    { ...lost, fault: claimDeletion() },
    comeBack,
  ),

  drillEach(
    'a backup survives that its objects are deleted from the cluster, and the namespace with them',
    { ...lost, fault: backupObjectsDeletion(), objectives: { rto: '4m', rpo: '3m' } },
    comeBack,
  ),

  drillEach(
    'when the newest backup’s objects are deleted from the bucket, an older one still gives the state back',
    { ...lost, fault: bucketDeletion() },
    comeBackFromOlder,
  ),

  drillEach(
    'when the newest backup’s objects are overwritten in the bucket, an older one still gives the state back',
    { ...lost, fault: bucketOverwrite() },
    comeBackFromOlder,
  ),

  drillEach(
    'files that were encrypted in place are detected, and replaced from the backup before',
    { fault: ransomware(), objectives: { rto: '3m', rpo: '3m' }, expects: { restore: true, corruption: true } },
    replaceDamaged,
  ),
]
