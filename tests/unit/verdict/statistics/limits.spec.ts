import { expect, test } from '@playwright/test'
import { compare, contrast, decide } from '../../../../lib/verdict/statistics/contrast.ts'
import { measureDelta } from '../../../../lib/verdict/statistics/cliffs-delta.ts'
import { mannWhitney, normalTail } from '../../../../lib/verdict/statistics/mann-whitney.ts'
import { findMedian } from '../../../../lib/verdict/statistics/median.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { type Measurement, readSample } from '../../../../lib/verdict/statistics/sample.ts'

const repeat = (count: number, value: Measurement): Measurement[] => Array.from({ length: count }, () => value)
const rising = (length: number, from = 0) => Array.from({ length }, (_, index) => index + from)
const spread = (values: number[], below: number, above: number): Measurement[] =>
  values.map((value) => ({ low: value - below, high: value + above }))

test('a sample is sorted by its lower bounds, then by its upper bounds', () => {
  const measured: Measurement[] = [
    { low: 2, high: 9 },
    null,
    { atLeast: 2 },
    3,
    { low: 2, high: 4 },
    1,
    { low: 0, high: 7 },
  ]
  const bounds = ({ low, high }: { low: number; high: number }) => [low, high]
  const never = [Infinity, Infinity]
  for (const sample of [readSample(measured), readSample(measured.toReversed())]) {
    const { values, ...counts } = sample
    expect(counts).toEqual({ neverEnded: 1, missing: 1 })
    expect(values.map(bounds)).toEqual([
      [0, 7],
      [1, 1],
      [2, 4],
      [2, 9],
      [2, Infinity],
      [3, 3],
    ])
    expect(values.map(({ rank }) => bounds(rank))).toEqual([[0, 7], [1, 1], [2, 4], [2, 9], never, [3, 3]])
  }
})

test('values are constant if all their compared bounds are equal', () => {
  const constant = (a: Measurement[], b: Measurement[]) => contrast(a, b).constant
  expect([constant(repeat(7, 3), repeat(9, 3)), constant([], []), constant([1], [])]).toEqual([true, true, true])
  expect(constant(repeat(7, { atLeast: 1 }), repeat(7, { atLeast: 2 }))).toBe(true)
  const wide = { low: 3, high: 4 }
  expect([constant(repeat(7, 3), repeat(7, 4)), constant(repeat(7, 3), repeat(7, wide))]).toEqual([false, false])
  expect(contrast(repeat(7, 3), repeat(7, 3))).toMatchObject({ enough: true, verdict: '~', delta: 0, p: 1 })
})

test('the result for intervals is the smallest possible difference, with its own p', () => {
  const a = [...spread(rising(5), 0, 0), ...spread(rising(5, 5), 0, 100)]
  const b = spread(rising(10, 50), 0, 0)
  // At their lowest, all values are below those of B. At their highest, half of them are above.
  expect(contrast(a, b)).toMatchObject({ delta: 0, p: 1 })
  // One of ten may be above: then 90 of the pairs are in order, and 10 are not.
  const some = [...spread(rising(9), 0, 0), ...spread([9], 0, 100)]
  const { p } = mannWhitney([...rising(9), 109], rising(10, 50))
  expect(contrast(some, b)).toMatchObject({ delta: -0.8, p, verdict: 'less' })
  expect(contrast(b, some)).toMatchObject({ delta: 0.8, p, verdict: 'greater' })
})

test('intervals show no order if one choice of values shows none', () => {
  const [a, b] = [spread(rising(7), 0, 0.5), spread(rising(7), 0.5, 0)]
  const none = { delta: 0, p: 1, verdict: '~', magnitude: 'negligible' }
  expect(contrast(a, b)).toMatchObject(none)
  expect(contrast(b, a)).toMatchObject(none)
})

test('p is formatted with two digits, and below a thousandth with its power of ten', () => {
  const formatted = (p: number) => /p = (\S+),/.exec(decide({ delta: 1, p }, 1).reason)?.[1]
  expect([0.05, 0.00126, 0.001, 0.00099].map(formatted)).toEqual(['0.05', '0.0013', '0.001', '9.9e-4'])
  expect(decide({ delta: 1, p: 0.004 }).verdict).toBe('~')
  expect(decide({ delta: 1, p: 0.004 }, 0.005).verdict).toBe('greater')
})

test('the exact p of tiny samples equals the p counted by hand', () => {
  // One and two values have three orders, and the first is as extreme as the last.
  expect(mannWhitney([1], [2, 3])).toEqual({ u: 0, p: 2 / 3, method: 'exact' })
  expect(mannWhitney([2], [1, 3])).toEqual({ u: 1, p: 1, method: 'exact' })
  // Two and two values have six orders: u is 0, 1, 2, 2, 3 and 4.
  expect(mannWhitney([1, 2], [3, 4]).p).toBeCloseTo(2 / 6, 12)
  expect(mannWhitney([1, 3], [2, 4]).p).toBeCloseTo(4 / 6, 12)
  expect(mannWhitney([1, 4], [2, 3]).p).toBe(1)
  // A tie counts half: u is half a pair from the middle, and the continuity correction removes this distance.
  expect(mannWhitney([1], [1, 2])).toEqual({ u: 0.5, p: 1, method: 'normal' })
  const { u, p } = mannWhitney([1, 1, 1], [1, 2, 3])
  // Three of nine pairs are ties. Four values are tied: the variance is 9 / 12 × (7 − 60 / 30). u is 4.5 − 1.5 − 0.5
  // away.
  expect(u).toBe(1.5)
  expect(p).toBeCloseTo(2 * normalTail(2.5 / Math.sqrt(3.75)), 12)
})

test('the interval of a median ends at the 50th of 1999 resampled medians from either side', () => {
  // Sizes for which the neighbouring medians differ.
  for (const size of [14, 32, 36]) {
    const draw = createRandom(1)
    const medians = rising(1999).map(() => {
      const drawn = rising(size).map(() => Math.floor(draw() * size))
      const sorted = drawn.toSorted((one, other) => one - other)
      return ((sorted[Math.ceil(size / 2) - 1] ?? NaN) + (sorted[Math.floor(size / 2)] ?? NaN)) / 2
    })
    const [low, high] = [
      medians.toSorted((one, other) => one - other)[49],
      medians.toSorted((one, other) => other - one)[49],
    ]
    expect(findMedian(readSample(rising(size)))?.confidence).toEqual({ low, high })
  }
})

test('the interval of a difference between exact values is that of its delta', () => {
  const [a, b] = [rising(7), rising(7, 2)]
  expect(contrast(a, b).deltaInterval).toEqual(measureDelta(a, b).interval)
  // At the lower bounds all pairs are in order. At the upper bounds 10 is above some values of B.
  const { deltaInterval } = contrast([...rising(6), { low: 6, high: 10 }], rising(7, 7))
  expect(deltaInterval).toEqual({
    low: -1,
    high: measureDelta([...rising(6), 10], rising(7, 7)).interval?.high,
  })
})

test('the medians of a comparison are those of its samples', () => {
  expect(compare([3, 1, 2], [null])).toMatchObject({ medianA: { low: 2, high: 2, confidence: null }, medianB: null })
})
