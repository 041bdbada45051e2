import { drillEach, type Drill } from '../../fixtures/index.ts'
import {
  backupObjectsDeletion,
  bucketDeletion,
  bucketOverwrite,
  claimDeletion,
  ransomware,
} from '../../lib/faults/malice.ts'
import { comeBack, replaceDamaged } from './courses.ts'

const lost = { objectives: { rto: '3m', rpo: '3m' }, expects: { outage: true, restore: true } }

/** The state is deleted, and the newest backup is attacked too. An older one is there. */
async function comeBackFromOlder(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const older = await service.backUp()
  // The store records times in whole seconds: objects of two backups within one second look equally old.
  await service.goOn('2s')
  await service.backUp()
  await service.lose(claimDeletion())
  await service.break()
  await service.discard()
  await service.restore(older)
  await service.assert()
}

drillEach({ ...lost, fault: claimDeletion() }, (test) => {
  test('claims and volumes that were deleted come back from the backup', ({ drill }) => comeBack(drill))
})

drillEach({ ...lost, fault: backupObjectsDeletion(), objectives: { rto: '4m', rpo: '3m' } }, (test) => {
  test('a backup survives that its objects are deleted from the cluster, and the namespace with them', ({ drill }) =>
    comeBack(drill))
})

drillEach({ ...lost, fault: bucketDeletion() }, (test) => {
  test('when the newest backup’s objects are deleted from the bucket, an older one still gives the state back', ({
    drill,
  }) => comeBackFromOlder(drill))
})

drillEach({ ...lost, fault: bucketOverwrite() }, (test) => {
  test('when the newest backup’s objects are overwritten in the bucket, an older one still gives the state back', ({
    drill,
  }) => comeBackFromOlder(drill))
})

drillEach(
  { fault: ransomware(), objectives: { rto: '3m', rpo: '3m' }, expects: { restore: true, corruption: true } },
  (test) => {
    test('files that were encrypted in place are detected, and replaced from the backup before', ({ drill }) =>
      replaceDamaged(drill))
  },
)
