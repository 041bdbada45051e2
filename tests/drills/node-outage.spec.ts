import { drillEach } from '../../fixtures/index.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'
import { comeBack, endure } from './courses.ts'

drillEach(
  { fault: nodeOutage({ volume: 'kept' }), objectives: { rto: '2m', rpo: '0s' }, expects: { outage: true } },
  (test) => {
    test('a node that loses its power comes back with its volumes, and so does the service', ({ drill }) =>
      endure(drill))
  },
)

drillEach(
  {
    fault: nodeOutage({ volume: 'lost' }),
    objectives: { rto: '3m', rpo: '3m' },
    expects: { outage: true, restore: true },
  },
  (test) => {
    test('a node that is lost with its volumes is replaced by another one, with the state from the backup', ({
      drill,
    }) => comeBack(drill))
  },
)
