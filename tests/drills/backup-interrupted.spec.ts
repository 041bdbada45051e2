import { drillEach, type Drill } from '../../fixtures/index.ts'
import { wrongCredentials } from '../../lib/faults/malice.ts'
import { bandwidthLimit, networkPartition, storeAway } from '../../lib/faults/network.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'
import { toolKill } from '../../lib/faults/pod-kill.ts'
import { toolMemoryLimit } from '../../lib/faults/tool-memory.ts'

const undisturbed = {
  moment: 'during-backup',
  objectives: { rto: '5s', rpo: '0s' },
  expects: { backupMayFail: true },
} as const

/**
 * The fault strikes while the backup moves data. If the backup then reports success, it must be shown to hold all
 * records.
 */
async function interruptBackup(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const running = await service.startBackup()
  await service.break()
  await service.prove(await running.ended())
  await service.assert()
}

drillEach({ ...undisturbed, fault: toolKill() }, (test) => {
  test('a backup whose mover is killed ends in an honest state, and the service continues to serve', ({ drill }) =>
    interruptBackup(drill))
})

drillEach({ ...undisturbed, fault: toolMemoryLimit() }, (test) => {
  test('a backup whose mover runs out of memory ends in an honest state, and the service continues to serve', ({
    drill,
  }) => interruptBackup(drill))
})

drillEach({ ...undisturbed, fault: storeAway() }, (test) => {
  test('a backup whose store is away for a while ends in an honest state, and the service continues to serve', ({
    drill,
  }) => interruptBackup(drill))
})

drillEach({ ...undisturbed, fault: networkPartition({ between: 'tool-store' }) }, (test) => {
  test('a backup whose tool is cut off from the store ends in an honest state, and the service continues to serve', ({
    drill,
  }) => interruptBackup(drill))
})

drillEach({ ...undisturbed, fault: bandwidthLimit() }, (test) => {
  test('a backup over a slow line to the store ends in an honest state, and the service continues to serve', ({
    drill,
  }) => interruptBackup(drill))
})

drillEach({ ...undisturbed, fault: wrongCredentials() }, (test) => {
  test('a backup with the wrong keys to the store does not report success', ({ drill }) => interruptBackup(drill))
})

drillEach(
  {
    moment: 'during-backup',
    fault: nodeOutage({ volume: 'kept' }),
    objectives: { rto: '3m', rpo: '0s' },
    expects: { backupMayFail: true, outage: true },
  },
  (test) => {
    test('a backup whose node loses power ends in an honest state, and the service comes back with its node', ({
      drill,
    }) => interruptBackup(drill))
  },
)
