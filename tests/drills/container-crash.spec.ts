import { test } from '../../fixtures/index.ts'
import { containerKill } from '../../lib/faults/container-kill.ts'

test.use({ fault: containerKill(), objectives: { rto: '30s', rpo: '0s' }, expects: { outage: true } })

test('a container that crashes comes back by itself, and no acknowledged write is lost', async ({ drill }) => {
  const service = await drill.provision()
  await service.backUp()
  await service.break()
  await service.assert()
})
