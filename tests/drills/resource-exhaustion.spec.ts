import { drillEach } from '../../fixtures/index.ts'
import { fullVolume } from '../../lib/faults/full-volume.ts'
import { cpuStress, memoryStress } from '../../lib/faults/stress.ts'
import { endure } from './courses.ts'

// The service may be slow or refuse requests meanwhile. What it acknowledged must be there afterwards.
const options = { objectives: { rto: '30s', rpo: '0s' }, expects: {} }

drillEach({ ...options, fault: cpuStress() }, (test) => {
  test('a neighbour that takes the node’s CPU slows the service down, and loses nothing', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: memoryStress(), objectives: { rto: '1m', rpo: '0s' } }, (test) => {
  test('a service that runs short of memory comes back, and loses nothing', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: fullVolume() }, (test) => {
  test('a volume that is full refuses writes, and loses none that it acknowledged', ({ drill }) => endure(drill))
})
