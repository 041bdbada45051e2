import { expect, test } from '@playwright/test'
import { controls, findAccused, findMissed } from './simulation-controls.ts'

const seeds = Array.from({ length: 50 }, (_, seed) => seed)

for (const control of controls) {
  test(`a tool that ${control.title} is failed for it, in each of ${seeds.length} drills`, async () => {
    expect(await findMissed(control, seeds)).toEqual([])
  })

  test(`and in the same drills the tool passes unbroken: ${control.title}`, async () => {
    expect(await findAccused(seeds.slice(0, 10), control)).toEqual([])
  })
}
