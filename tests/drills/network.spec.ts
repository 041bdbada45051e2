import { drillEach } from '../../fixtures/index.ts'
import { networkDelay, networkLoss, networkPartition } from '../../lib/faults/network.ts'
import { endure } from './courses.ts'

// These faults do not cut the path of requests, so the service continues.
const unnoticed = { objectives: { rto: '5s', rpo: '0s' }, expects: {} }
const slower = { objectives: { rto: '30s', rpo: '0s' }, expects: {} }

drillEach({ ...unnoticed, fault: networkPartition({ between: 'workload-control-plane' }) }, (test) => {
  test('a service that is cut off from its control planes continues to serve', ({ drill }) => endure(drill))
})

drillEach({ ...unnoticed, fault: networkPartition({ between: 'workload-store' }) }, (test) => {
  test('a service that is cut off from the backup store continues to serve', ({ drill }) => endure(drill))
})

drillEach({ ...slower, fault: networkDelay() }, (test) => {
  test('a slow network slows the service down and loses no acknowledged write', ({ drill }) => endure(drill))
})

drillEach({ ...slower, fault: networkLoss() }, (test) => {
  test('a network that drops packets slows the service down and loses no acknowledged write', ({ drill }) =>
    endure(drill))
})
