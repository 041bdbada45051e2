import { expect, test } from '@playwright/test'
import { drawOutage } from './script.ts'
import { tryOutages } from './trial.ts'

/** Seeds of outages: refused, and a brown-out. The bench plays a thousand, of every manner. */
const seeds = [0, 4]

test('of outages that are scripted, each interval holds the truth, also while the prober stands still', async () => {
  const options = { rateHz: 100, goesFirst: false, patienceMs: 4000 }
  const done = await Promise.all([
    tryOutages({ ...options, seeds, stalls: false }),
    tryOutages({ ...options, seeds, stalls: true }),
  ])
  const trials = done.flatMap(({ trials }) => trials).filter(({ played }) => played.affected)
  expect(trials.length).toBeGreaterThan(0)
  // A machine that is busy may leave nothing known; a lie it never is.
  expect(trials.filter(({ inside }) => inside === false)).toEqual([])
  test.skip(
    trials.every(({ inside }) => inside === null),
    'the machine was too busy to see 3 s without a stall',
  )
  expect(trials.filter(({ inside }) => inside === true).length).toBeGreaterThan(0)
})

test('the scripts are outages of every manner, some of which flap', () => {
  const drawn = Array.from({ length: 60 }, (_, seed) => drawOutage(seed))
  expect(new Set(drawn.map(({ manner }) => manner)).size).toBe(5)
  const flapping = drawn.filter(({ spells }) => spells.length > 1).length
  expect(flapping).toBeGreaterThan(5)
  expect(flapping).toBeLessThan(30)
})
