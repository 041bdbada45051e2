import { drillEach } from '../../fixtures/index.ts'
import { networkDelay, networkLoss, networkPartition } from '../../lib/faults/network.ts'
import { endure } from './courses.ts'

// What is cut off or slowed down is not what answers requests: the service goes on.
export default [
  drillEach(
    'a service that is cut off from its control planes goes on with what it knows',
    {
      fault: networkPartition({ between: 'workload-control-plane' }),
      objectives: { rto: '5s', rpo: '0s' },
      expects: {},
    },
    endure,
  ),

  drillEach(
    'a service that is cut off from the store of its backups does not notice',
    { fault: networkPartition({ between: 'workload-store' }), objectives: { rto: '5s', rpo: '0s' }, expects: {} },
    endure,
  ),

  drillEach(
    'a slow network slows the service down, and loses nothing',
    { fault: networkDelay(), objectives: { rto: '30s', rpo: '0s' }, expects: {} },
    endure,
  ),

  drillEach(
    'a network that drops packets slows the service down, and loses nothing',
    { fault: networkLoss(), objectives: { rto: '30s', rpo: '0s' }, expects: {} },
    endure,
  ),
]
