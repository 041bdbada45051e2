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

/** Deletes the state and attacks the newest backup. An older one exists. */
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
  test('deleted claims and volumes are restored from the backup', ({ drill }) => comeBack(drill))
})

drillEach({ ...lost, fault: backupObjectsDeletion(), objectives: { rto: '4m', rpo: '3m' } }, (test) => {
  test('a backup survives the deletion of its cluster objects and of the namespace', ({ drill }) => comeBack(drill))
})

drillEach({ ...lost, fault: bucketDeletion() }, (test) => {
  test('an older backup restores the state after the objects of the newest one were deleted from the bucket', ({
    drill,
  }) => comeBackFromOlder(drill))
})

drillEach({ ...lost, fault: bucketOverwrite() }, (test) => {
  test('an older backup restores the state after the objects of the newest one were overwritten in the bucket', ({
    drill,
  }) => comeBackFromOlder(drill))
})

drillEach(
  { fault: ransomware(), objectives: { rto: '3m', rpo: '3m' }, expects: { restore: true, corruption: true } },
  (test) => {
    test('encrypted files are detected, and replaced from an earlier backup', ({ drill }) => replaceDamaged(drill))
  },
)
