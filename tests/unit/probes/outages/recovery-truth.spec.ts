import { expect, test } from '@playwright/test'
import { drawOutage } from './script.ts'
import { tryOutages } from './trial.ts'

/** Seeds of two outages: refused connections, and a brown-out. The bench plays a thousand outages of each kind. */
const seeds = [0, 4]

test('the interval of each scripted outage contains the true recovery time, even if the prober stalls', async () => {
  const options = { rateHz: 100, highPriority: false, patienceMs: 4000 }
  const done = await Promise.all([
    tryOutages({ ...options, seeds, stalls: false }),
    tryOutages({ ...options, seeds, stalls: true }),
  ])
  const trials = done.flatMap(({ trials }) => trials).filter(({ played }) => played.affected)
  expect(trials.length).toBeGreaterThan(0)
  // On a busy machine there may be no interval. An interval is never wrong.
  expect(trials.filter(({ inside }) => inside === false)).toEqual([])
  test.skip(
    trials.every(({ inside }) => inside === null),
    'the machine was too busy to see 3 s without a stall',
  )
  expect(trials.filter(({ inside }) => inside === true).length).toBeGreaterThan(0)
})

test('the outage scripts contain every kind of outage, and some flap', () => {
  const drawn = Array.from({ length: 60 }, (_, seed) => drawOutage(seed))
  expect(new Set(drawn.map(({ manner }) => manner)).size).toBe(5)
  const flapping = drawn.filter(({ spells }) => spells.length > 1).length
  expect(flapping).toBeGreaterThan(5)
  expect(flapping).toBeLessThan(30)
})
