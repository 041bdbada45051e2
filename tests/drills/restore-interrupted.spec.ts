import { drillEach, type Drill } from '../../fixtures/index.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'
import { meshControlKill, toolKill } from '../../lib/faults/pod-kill.ts'
import { storeAway } from '../../lib/faults/network.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'

const options = {
  moment: 'during-restore',
  objectives: { rto: '4m', rpo: '3m' },
  expects: { outage: true, restore: true, restoreMayFail: true },
} as const

/** The service is lost first. The fault strikes the restore. A restore that fails is repeated. */
async function interruptRestore(drill: Drill): Promise<void> {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.lose(namespaceDeletion())
  const restore = await service.startRestore(backup)
  await service.break()
  await restore.ended()
  await service.assert()
}

drillEach({ ...options, fault: toolKill() }, (test) => {
  test('a restore whose mover is killed ends in an honest state, and brings the service back', ({ drill }) =>
    interruptRestore(drill))
})

drillEach({ ...options, fault: storeAway() }, (test) => {
  test('a restore whose store is away for a while ends in an honest state, and brings the service back', ({ drill }) =>
    interruptRestore(drill))
})

drillEach({ ...options, fault: nodeOutage({ volume: 'kept' }) }, (test) => {
  test('a restore whose node loses power ends in an honest state, and brings the service back', ({ drill }) =>
    interruptRestore(drill))
})

drillEach({ ...options, fault: meshControlKill() }, (test) => {
  test('a restore brings the service back with its proxy while the control plane of the mesh is killed', ({ drill }) =>
    interruptRestore(drill))
})
