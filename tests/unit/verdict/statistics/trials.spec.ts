import { expect, test } from '@playwright/test'
import { drawAround, drawLatency, tryComparisons, tryMedians, tryRankings } from './trials.ts'

/** `npx tsx bench/statistics.ts` does the same with many more of each. */

test('of a tool against itself, no winner is named', () => {
  const { less, greater } = tryComparisons({ a: drawLatency, b: drawLatency, size: 20 }, 300, 11)
  expect(less + greater).toBeLessThanOrEqual(3)
})

test('a difference of a tenth is found with 20 values', () => {
  const [a, b] = [drawAround(100, 0.05), drawAround(110, 0.05)]
  expect(tryComparisons({ a, b, size: 20 }, 100, 11).less).toBeGreaterThanOrEqual(90)
  expect(tryComparisons({ a: b, b: a, size: 20 }, 100, 11).greater).toBeGreaterThanOrEqual(90)
})

test('of tools that are alike, no order is shown', () => {
  expect(tryRankings({ tools: ['one', 'two'], size: 10 }, 30, 1)).toBe(0)
})

test('the interval of a median covers the truth about as often as it says', () => {
  const covered = tryMedians({ source: (draw) => -Math.log(1 - draw()), truth: Math.LN2, size: 15 }, 200)
  expect(covered).toBeGreaterThan(180)
  expect(covered).toBeLessThan(200)
})
