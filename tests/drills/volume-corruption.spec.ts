import { test } from '../../fixtures/index.ts'
import { volumeCorruption } from '../../lib/faults/volume-corruption.ts'

test.use({
  fault: volumeCorruption(),
  objectives: { rto: '3m', rpo: '2m' },
  expects: { restore: true, corruption: true },
})

test('a corrupted volume is detected, and replaced from its backup', async ({ drill }) => {
  const service = await drill.provision()
  const backup = await service.backUp()
  await service.break()
  await service.detect()
  await service.discard()
  await service.restore(backup)
  await service.assert()
})
