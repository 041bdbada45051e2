import type { Drill } from '../../fixtures/drill.ts'
import { drillEach } from '../../fixtures/index.ts'
import { containerKill, proxyKill } from '../../lib/faults/container-kill.ts'
import { podFailure } from '../../lib/faults/pod-failure.ts'
import { servicePodKill } from '../../lib/faults/pod-kill.ts'

const options = { objectives: { rto: '1m', rpo: '0s' }, expects: { outage: true } }

/** Kubernetes brings the service back by itself; no backup has a part in it. */
async function survive(drill: Drill): Promise<void> {
  const service = await drill.provision()
  await service.break()
  await service.assert()
}

export default [
  drillEach(
    'a container that crashes comes back by itself, and no acknowledged write is lost',
    { ...options, fault: containerKill(), objectives: { rto: '30s', rpo: '0s' } },
    survive,
  ),

  drillEach('a pod that is killed is replaced, with its volume', { ...options, fault: servicePodKill() }, survive),

  drillEach('a pod that fails for a while comes back when it may', { ...options, fault: podFailure() }, survive),

  drillEach(
    'a proxy that crashes takes the service away no longer than it needs to start',
    { ...options, fault: proxyKill() },
    survive,
  ),
]
