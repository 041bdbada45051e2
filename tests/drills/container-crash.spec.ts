import { drillEach } from '../../fixtures/index.ts'
import { containerKill, proxyKill } from '../../lib/faults/container-kill.ts'
import { podFailure } from '../../lib/faults/pod-failure.ts'
import { servicePodKill } from '../../lib/faults/pod-kill.ts'
import { endure } from './courses.ts'

// Kubernetes brings the service back by itself.
const options = { objectives: { rto: '1m', rpo: '0s' }, expects: { outage: true } }

drillEach({ ...options, fault: containerKill(), objectives: { rto: '30s', rpo: '0s' } }, (test) => {
  test('a container that crashes comes back by itself, and no acknowledged write is lost', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: servicePodKill() }, (test) => {
  test('a pod that is killed is replaced, with its volume', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: podFailure() }, (test) => {
  test('a pod that fails for a while comes back when it may', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: proxyKill() }, (test) => {
  test('a proxy that crashes takes the service away no longer than it needs to start', ({ drill }) => endure(drill))
})
