import { drillEach } from '../../fixtures/index.ts'
import { containerKill, proxyKill } from '../../lib/faults/container-kill.ts'
import { podFailure } from '../../lib/faults/pod-failure.ts'
import { servicePodKill } from '../../lib/faults/pod-kill.ts'
import { endure } from './courses.ts'

// Kubernetes brings the service back by itself.
const options = { objectives: { rto: '1m', rpo: '0s' }, expects: { outage: true } }

export default [
  drillEach(
    'a container that crashes comes back by itself, and no acknowledged write is lost',
    { ...options, fault: containerKill(), objectives: { rto: '30s', rpo: '0s' } },
    endure,
  ),

  drillEach('a pod that is killed is replaced, with its volume', { ...options, fault: servicePodKill() }, endure),

  drillEach('a pod that fails for a while comes back when it may', { ...options, fault: podFailure() }, endure),

  drillEach(
    'a proxy that crashes takes the service away no longer than it needs to start',
    { ...options, fault: proxyKill() },
    endure,
  ),
]
