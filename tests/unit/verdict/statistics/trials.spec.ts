import { expect, test } from '@playwright/test'
import { randomAround, randomLatency, tryComparisons, tryMedians, tryRankings } from './trials.ts'

/** `npx tsx bench/statistics.ts` does the same with many more of each. */

test('a comparison of a tool with itself shows no difference', () => {
  const { less, greater } = tryComparisons({ a: randomLatency, b: randomLatency, size: 20 }, 300, 11)
  expect(less + greater).toBeLessThanOrEqual(3)
})

test('a difference of 10 % is found with 20 values', () => {
  const [a, b] = [randomAround(100, 0.05), randomAround(110, 0.05)]
  expect(tryComparisons({ a, b, size: 20 }, 100, 11).less).toBeGreaterThanOrEqual(90)
  expect(tryComparisons({ a: b, b: a, size: 20 }, 100, 11).greater).toBeGreaterThanOrEqual(90)
})

test('a ranking of equal tools shows no order', () => {
  expect(tryRankings({ tools: ['one', 'two'], size: 10 }, 30, 1)).toBe(0)
})

test('the interval of a median contains the true value in about 95 % of the trials', () => {
  const covered = tryMedians({ source: (draw) => -Math.log(1 - draw()), truth: Math.LN2, size: 15 }, 200)
  expect(covered).toBeGreaterThan(180)
  expect(covered).toBeLessThan(200)
})
