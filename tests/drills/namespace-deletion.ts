import { drillEach } from '../../fixtures/index.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'

export default [
  drillEach(
    'a namespace that was deleted comes back from its backup, with its volume',
    {
      fault: namespaceDeletion(),
      objectives: { rto: '2m', rpo: '2m' },
      expects: { outage: true, restore: true },
    },
    async (drill) => {
      const service = await drill.provision()
      const backup = await service.backUp()
      await service.break()
      await service.restore(backup)
      await service.assert()
    },
  ),
]
