import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { FLAWS } from '../../../lib/verdict/flaws.ts'
import { controls, findAccused, findMissed, flaws } from './controls.ts'

/* Every control on the simulated lab; tests/controls has them on a cluster. */

const seeds = Array.from({ length: 50 }, (_, seed) => seed)

for (const flaw of flaws) {
  const { behaviour } = FLAWS[flaw]
  test(`a tool that ${behaviour} fails for it in each of ${seeds.length} drills`, async () => {
    expect(await findMissed(flaw, seeds)).toEqual([])
  })

  test(`the unbroken tool passes the drills in which it fails if it ${behaviour}`, async () => {
    expect(await findAccused(seeds.slice(0, 10), controls[flaw])).toEqual([])
  })
}

test('every flaw is also drilled on a cluster, except those that a wrapper of the tool cannot have there', () => {
  const folder = new URL('../../controls/', import.meta.url)
  const specs = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const undrilled = flaws.filter((flaw) => !specs.some((spec) => spec.includes(`'${flaw}'`)))
  expect(undrilled).toEqual(['fails-open', 'says-restored-too-early'])
})
