import { drillEach } from '../../fixtures/index.ts'
import { wrongCredentials } from '../../lib/faults/malice.ts'
import { bandwidthLimit, networkPartition, storeAway } from '../../lib/faults/network.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'
import { toolKill } from '../../lib/faults/pod-kill.ts'
import { toolMemoryLimit } from '../../lib/faults/tool-memory.ts'
import type { Drill } from '../../fixtures/drill.ts'

const backupMayFail = { backupMayFail: true }
const undisturbed = { moment: 'during-backup', objectives: { rto: '5s', rpo: '0s' }, expects: backupMayFail } as const

/** The fault strikes while the backup's data moves; a backup that then says it succeeded must be seen to hold everything. */
async function interrupt(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const running = await service.startBackup()
  await service.break()
  await service.prove(await running.ended())
  await service.assert()
}

export default [
  drillEach(
    'a backup whose mover is killed ends in an honest state, and the service does not notice',
    { ...undisturbed, fault: toolKill() },
    interrupt,
  ),

  drillEach(
    'a backup whose mover runs out of memory ends in an honest state, and the service does not notice',
    { ...undisturbed, fault: toolMemoryLimit() },
    interrupt,
  ),

  drillEach(
    'a backup whose store is away for a while ends in an honest state, and the service does not notice',
    { ...undisturbed, fault: storeAway() },
    interrupt,
  ),

  drillEach(
    'a backup whose tool is cut off from the store ends in an honest state, and the service does not notice',
    { ...undisturbed, fault: networkPartition({ between: 'tool-store' }) },
    interrupt,
  ),

  drillEach(
    'a backup over a slow line to the store ends in an honest state, and the service does not notice',
    { ...undisturbed, fault: bandwidthLimit() },
    interrupt,
  ),

  drillEach(
    'a backup with the wrong keys to the store does not say that it succeeded',
    { ...undisturbed, fault: wrongCredentials() },
    interrupt,
  ),

  drillEach(
    'a backup whose node loses power ends in an honest state, and the service comes back with its node',
    {
      moment: 'during-backup',
      fault: nodeOutage({ volume: 'kept' }),
      objectives: { rto: '3m', rpo: '0s' },
      expects: { ...backupMayFail, outage: true },
    },
    interrupt,
  ),
]
