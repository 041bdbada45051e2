import { test } from '../../fixtures/index.ts'
import { namespaceDeletion } from '../../lib/faults/namespace-deletion.ts'
import { volumeCorruption } from '../../lib/faults/volume-corruption.ts'
import { backsUpNothing } from '../../lib/controls/backs-up-nothing.ts'
import { FLAWS } from '../../lib/verdict/flaws.ts'
import { replaceUnasserted } from '../drills/courses.ts'

const flaw = FLAWS['backs-up-nothing']

test.use({ tool: backsUpNothing(), objectives: { rto: '20s', rpo: '2m' } })

test.describe('a deleted namespace', () => {
  test.use({ fault: namespaceDeletion(), expects: { outage: true, restore: true } })

  test('a tool that backs up nothing and reports Completed fails after the loss of a namespace', async ({ drill }) => {
    const service = await drill.provision()
    const backup = await service.backUp()
    await service.break()
    await service.restore(backup)
    await service.assertFails(flaw)
  })
})

test.describe('a corrupted volume', () => {
  test.use({ fault: volumeCorruption(), expects: { restore: true, corruption: true } })

  test('a tool that backs up nothing and reports Completed fails after the corruption of a volume', async ({
    drill,
  }) => {
    const service = await replaceUnasserted(drill)
    await service.assertFails(flaw)
  })
})
