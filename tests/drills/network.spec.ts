import { drillEach } from '../../fixtures/index.ts'
import { networkDelay, networkLoss, networkPartition } from '../../lib/faults/network.ts'
import { endure } from './courses.ts'

// What is cut off or slowed down is not what answers requests: the service goes on.
const unnoticed = { objectives: { rto: '5s', rpo: '0s' }, expects: {} }
const slower = { objectives: { rto: '30s', rpo: '0s' }, expects: {} }

drillEach({ ...unnoticed, fault: networkPartition({ between: 'workload-control-plane' }) }, (test) => {
  test('a service that is cut off from its control planes goes on with what it knows', ({ drill }) => endure(drill))
})

drillEach({ ...unnoticed, fault: networkPartition({ between: 'workload-store' }) }, (test) => {
  test('a service that is cut off from the store of its backups does not notice', ({ drill }) => endure(drill))
})

drillEach({ ...slower, fault: networkDelay() }, (test) => {
  test('a slow network slows the service down, and loses nothing', ({ drill }) => endure(drill))
})

drillEach({ ...slower, fault: networkLoss() }, (test) => {
  test('a network that drops packets slows the service down, and loses nothing', ({ drill }) => endure(drill))
})
