import { drillEach } from '../../fixtures/index.ts'
import { containerKill, proxyKill } from '../../lib/faults/container-kill.ts'
import { podFailure } from '../../lib/faults/pod-failure.ts'
import { servicePodKill } from '../../lib/faults/pod-kill.ts'
import { endure } from './courses.ts'

// Kubernetes restores the service without a backup.
const options = { objectives: { rto: '1m', rpo: '0s' }, expects: { outage: true } }

drillEach({ ...options, fault: containerKill(), objectives: { rto: '30s', rpo: '0s' } }, (test) => {
  test('a crashed container restarts without a backup, and no acknowledged write is lost', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: servicePodKill() }, (test) => {
  test('a killed pod is replaced and keeps its volume', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: podFailure() }, (test) => {
  test('a pod recovers when its failure ends', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: proxyKill() }, (test) => {
  test('a crashed proxy interrupts the service only until it has restarted', ({ drill }) => endure(drill))
})
