import { drillEach } from '../../fixtures/index.ts'
import { CORRUPTIONS, volumeCorruption } from '../../lib/faults/volume-corruption.ts'
import { replaceDamaged } from './courses.ts'

export default CORRUPTIONS.map((kind) => {
  const fault = volumeCorruption(kind)
  return drillEach(
    `a volume is damaged (${fault.description}): it is detected, and the volume is replaced from its backup`,
    { fault, objectives: { rto: '3m', rpo: '3m' }, expects: { restore: true, corruption: true } },
    replaceDamaged,
  )
})
