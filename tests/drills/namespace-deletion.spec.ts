import { drillEach } from '../../fixtures/index.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'

drillEach(
  {
    fault: namespaceDeletion(),
    objectives: { rto: '2m', rpo: '2m' },
    expects: { outage: true, restore: true },
  },
  (test) => {
    test('a deleted namespace is restored from its backup with its volume', async ({ drill }) => {
      const service = await drill.provision()
      const backup = await service.backUp()
      await service.break()
      await service.restore(backup)
      await service.assert()
    })
  },
)
