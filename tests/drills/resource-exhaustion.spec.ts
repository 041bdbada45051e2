import { drillEach } from '../../fixtures/index.ts'
import { fullVolume } from '../../lib/faults/full-volume.ts'
import { cpuStress, memoryStress } from '../../lib/faults/stress.ts'
import { endure } from './courses.ts'

// The service may be slow or refuse requests. No acknowledged write may be lost.
const options = { objectives: { rto: '30s', rpo: '0s' }, expects: {} }

drillEach({ ...options, fault: cpuStress() }, (test) => {
  test('a neighbour that uses all CPUs of the node slows the service down and loses no acknowledged write', ({
    drill,
  }) => endure(drill))
})

drillEach({ ...options, fault: memoryStress(), objectives: { rto: '1m', rpo: '0s' } }, (test) => {
  test('a service that runs short of memory recovers and loses no acknowledged write', ({ drill }) => endure(drill))
})

drillEach({ ...options, fault: fullVolume() }, (test) => {
  test('a full volume refuses writes and loses no acknowledged write', ({ drill }) => endure(drill))
})
