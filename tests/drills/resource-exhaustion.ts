import { drillEach } from '../../fixtures/index.ts'
import { fullVolume } from '../../lib/faults/full-volume.ts'
import { cpuStress, memoryStress } from '../../lib/faults/stress.ts'
import { endure } from './courses.ts'

// The service may be slow or refuse while it lasts; what it acknowledged must be there afterwards.
export default [
  drillEach(
    'a neighbour that takes the node’s CPU slows the service down, and loses nothing',
    { fault: cpuStress(), objectives: { rto: '30s', rpo: '0s' }, expects: {} },
    endure,
  ),

  drillEach(
    'a service that runs short of memory comes back, and loses nothing',
    { fault: memoryStress(), objectives: { rto: '1m', rpo: '0s' }, expects: {} },
    endure,
  ),

  drillEach(
    'a volume that is full refuses writes, and loses none that it acknowledged',
    { fault: fullVolume(), objectives: { rto: '30s', rpo: '0s' }, expects: {} },
    endure,
  ),
]
