import { drillEach } from '../../fixtures/index.ts'
import { CORRUPTIONS, volumeCorruption } from '../../lib/faults/volume-corruption.ts'
import { replaceDamaged } from './courses.ts'

for (const kind of CORRUPTIONS) {
  const fault = volumeCorruption(kind)
  drillEach({ fault, objectives: { rto: '3m', rpo: '3m' }, expects: { restore: true, corruption: true } }, (test) => {
    test(`a volume is damaged (${fault.description}): it is detected, and the volume is replaced from its backup`, ({
      drill,
    }) => replaceDamaged(drill))
  })
}
