import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { FLAWS } from '../../../lib/verdict/flaws.ts'
import { controls, findAccused, findMissed, flaws } from './controls.ts'

/* Every control on the simulated lab; tests/controls has them on a cluster. */

const seeds = Array.from({ length: 50 }, (_, seed) => seed)

for (const flaw of flaws) {
  const { behaviour } = FLAWS[flaw]
  test(`a tool that ${behaviour} is failed for it, in each of ${seeds.length} drills`, async () => {
    expect(await findMissed(flaw, seeds)).toEqual([])
  })

  test(`and in the same drills the tool passes unbroken: ${behaviour}`, async () => {
    expect(await findAccused(seeds.slice(0, 10), controls[flaw])).toEqual([])
  })
}

test('every flaw but that of a restore alone is drilled on a cluster too', () => {
  const folder = new URL('../../controls/', import.meta.url)
  const specs = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const undrilled = flaws.filter((flaw) => !specs.some((spec) => spec.includes(`'${flaw}'`)))
  expect(undrilled).toEqual(['says-restored-too-early'])
})
