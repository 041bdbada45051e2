import { drillEach } from '../../fixtures/index.ts'
import { nodeOutage } from '../../lib/faults/node-outage.ts'
import { comeBack, endure } from './courses.ts'

export default [
  drillEach(
    'a node that loses its power comes back with its volumes, and so does the service',
    { fault: nodeOutage({ volume: 'kept' }), objectives: { rto: '2m', rpo: '0s' }, expects: { outage: true } },
    endure,
  ),

  drillEach(
    'a node that is lost with its volumes is made up for on another one, from the backup',
    {
      fault: nodeOutage({ volume: 'lost' }),
      objectives: { rto: '3m', rpo: '3m' },
      expects: { outage: true, restore: true },
    },
    comeBack,
  ),
]
