import { drillEach } from '../../fixtures/index.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'
import { comeBack, endure } from './courses.ts'

drillEach(
  { fault: nodeOutage({ volume: 'kept' }), objectives: { rto: '2m', rpo: '0s' }, expects: { outage: true } },
  (test) => {
    test('a node that lost power returns with its volumes, and the service recovers', ({ drill }) => endure(drill))
  },
)

drillEach(
  {
    fault: nodeOutage({ volume: 'lost' }),
    objectives: { rto: '3m', rpo: '3m' },
    expects: { outage: true, restore: true },
  },
  (test) => {
    test('a lost node is replaced by another one, with the state from the backup', ({ drill }) => comeBack(drill))
  },
)
