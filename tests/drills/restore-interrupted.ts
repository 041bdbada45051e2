import type { Drill } from '../../fixtures/drill.ts'
import { drillEach } from '../../fixtures/index.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'
import { meshControlKill, toolKill } from '../../lib/faults/pod-kill.ts'
import { storeAway } from '../../lib/faults/network.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'

const options = {
  moment: 'during-restore',
  objectives: { rto: '4m', rpo: '3m' },
  expects: { outage: true, restore: true, restoreMayFail: true },
} as const

/** The service is lost first; the fault strikes the restore. A restore that fails is done again. */
async function restoreUnderFire(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.lose(namespaceDeletion())
  const restore = await service.startRestore(backup)
  await service.break()
  await restore.ended()
  await service.assert()
}

export default [
  drillEach(
    'a restore whose mover is killed ends in an honest state, and brings the service back in the end',
    { ...options, fault: toolKill() },
    restoreUnderFire,
  ),

  drillEach(
    'a restore whose store is away for a while ends in an honest state, and brings the service back in the end',
    { ...options, fault: storeAway() },
    restoreUnderFire,
  ),

  drillEach(
    'a restore whose node loses power ends in an honest state, and brings the service back in the end',
    { ...options, fault: nodeOutage({ volume: 'kept' }) },
    restoreUnderFire,
  ),

  drillEach(
    'a restore during which the mesh’s control plane is killed brings the service back with its proxy',
    { ...options, fault: meshControlKill() },
    restoreUnderFire,
  ),
]
