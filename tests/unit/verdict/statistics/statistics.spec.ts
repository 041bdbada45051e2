import { expect, test } from '@playwright/test'
import { measureDelta, nameMagnitude } from '../../../../lib/verdict/statistics/cliffs-delta.ts'
import { leastP, mannWhitney, normalTail, studentQuantile } from '../../../../lib/verdict/statistics/mann-whitney.ts'
import { findMedian } from '../../../../lib/verdict/statistics/median.ts'
import { createRandom, shuffle } from '../../../../lib/verdict/statistics/random.ts'
import { type Measurement, readSample } from '../../../../lib/verdict/statistics/sample.ts'
import { adjustByHolm } from '../../../../lib/verdict/statistics/contrast.ts'

const medianOf = (values: Measurement[]) => findMedian(readSample(values))

test('the normal tail and the quantiles of Student equal those of the tables', () => {
  // Abramowitz and Stegun, tables 26.1, 26.2 and 26.10.
  const tails = [0, 1, 1.959963985, 3, 6].map(normalTail)
  for (const [index, tail] of [0.5, 0.158655253931, 0.025, 1.34989803163e-3, 9.865876450377e-10].entries())
    expect((tails[index] ?? 0) / tail).toBeCloseTo(1, 8)
  expect(normalTail(-1)).toBeCloseTo(0.841344746069, 10)
  const quantiles = [1, 2, 5, 10, 30].map((degrees) => studentQuantile(0.975, degrees))
  expect(quantiles.map((quantile) => Number(quantile.toFixed(3)))).toEqual([12.706, 4.303, 2.571, 2.228, 2.042])
  expect(studentQuantile(0.5, 4)).toBeCloseTo(0, 10)
  for (const [probability, degrees] of [
    [1, 5],
    [0.4, 5],
    [0.9, 0],
    [0.9, 1.5],
  ] as const)
    expect(() => studentQuantile(probability, degrees)).toThrow('no quantile of Student')
})

test.describe('Mann-Whitney', () => {
  test('the exact p of Mann-Whitney equals published examples', () => {
    // Ages at diagnosis of diabetes in men and women, from the documentation of SciPy.
    expect(mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])).toMatchObject({ u: 17, method: 'exact' })
    expect(mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12]).p).toBeCloseTo(0.1111111111, 9)
    // Permeability of the placenta (Hollander and Wolfe, 1973), from wilcox.test in R: W = 35, one-sided p = 0.1272.
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const early = [1.15, 0.88, 0.9, 0.74, 1.21]
    expect(mannWhitney(term, early)).toMatchObject({ u: 35, method: 'exact' })
    expect(mannWhitney(term, early).p / 2).toBeCloseTo(0.1272, 4)
  })

  test('the normal p of Mann-Whitney equals a published example with ties', () => {
    // Ozone in New York in May and August, from wilcox.test in R: W = 127.5, p = 0.0001208.
    const may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37]
    const august = [
      39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85,
    ]
    expect(mannWhitney(may, august)).toMatchObject({ u: 127.5, method: 'normal' })
    expect(mannWhitney(may, august).p).toBeCloseTo(0.0001208, 7)
  })

  test('the exact p equals the p from all orders', () => {
    const draw = createRandom(3)
    for (const [countA, countB] of [
      [2, 3],
      [3, 3],
      [5, 4],
      [1, 6],
    ] as const) {
      const values = Array.from({ length: countA + countB }, () => draw())
      const { u, p } = mannWhitney(values.slice(0, countA), values.slice(countA))
      const all = countAllU(values, countA)
      const middle = (countA * countB) / 2
      const asFar = all.filter((each) => Math.abs(each - middle) >= Math.abs(u - middle)).length
      expect(p).toBeCloseTo(Math.min(1, asFar / all.length), 12)
      expect(leastP(countA, countB)).toBeCloseTo(Math.min(1, 2 / all.length), 12)
    }
    expect(leastP(0, 5)).toBe(1)
  })

  test('the variance of the normal p with many ties equals the variance over all orders', () => {
    for (const [a, b] of [
      [
        [1, 1, 1, 2],
        [1, 2, 2, 3, 3],
      ],
      [
        [3, 3, 3],
        [1, 1, 3, 3, 3],
      ],
    ] as const) {
      const all = countAllU([...a, ...b], a.length)
      const middle = (a.length * b.length) / 2
      const variance = all.reduce((sum, u) => sum + (u - middle) ** 2, 0) / all.length
      const { u, p } = mannWhitney(a, b)
      expect(p).toBeCloseTo(2 * normalTail((Math.abs(u - middle) - 0.5) / Math.sqrt(variance)), 10)
    }
  })

  test('Mann-Whitney is exact up to 50 values, and nearly the same beyond', () => {
    const rising = (length: number, offset: number) => Array.from({ length }, (_, index) => index + offset)
    const exact = mannWhitney(rising(50, 0), rising(50, 5.5))
    const [longer, shorter] = [mannWhitney(rising(51, 0), rising(50, 5.5)), mannWhitney(rising(50, 0), rising(51, 5.5))]
    expect([exact.method, longer.method, shorter.method]).toEqual(['exact', 'normal', 'normal'])
    const tied = mannWhitney([...rising(49, 0), 49.5], rising(50, 5.5))
    expect(tied.method).toBe('normal')
    expect(exact.p / tied.p).toBeGreaterThan(0.8)
    expect(exact.p / tied.p).toBeLessThan(1.25)
  })

  test('equal values show no difference, and infinite values are equal', () => {
    expect(mannWhitney([0, 0, 0, 0, 0], [0, 0, 0, 0, 0]).p).toBe(1)
    expect(mannWhitney([Infinity, Infinity, Infinity], [Infinity, Infinity]).p).toBe(1)
    expect(mannWhitney([], [1, 2]).p).toBe(1)
    // Half of the pairs in either order: the continuity correction removes this distance.
    expect(mannWhitney([1, 1, 3, 3], [2, 2, 2, 2]).p).toBe(1)
  })
})

test.describe("Cliff's delta", () => {
  test("Cliff's delta and its interval equal a published example", () => {
    // From effsize::cliff.delta in R, with its unbiased variance and Student's t.
    const { delta, interval } = measureDelta([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50])
    expect(delta).toBe(-0.25)
    expect(interval?.low).toBeCloseTo(-0.7265846, 7)
    expect(interval?.high).toBeCloseTo(0.3890062, 7)
  })

  test('the interval of delta for separate samples is narrower with more values', () => {
    const apart = (count: number) =>
      measureDelta(
        Array.from({ length: count }, (_, index) => index),
        Array.from({ length: count + 3 }, (_, index) => index + 100),
      )
    expect(apart(5).delta).toBe(-1)
    expect(apart(20).interval?.low).toBe(-1)
    expect(apart(20).interval?.high).toBeCloseTo(1 - 2 * 0.025 ** (1 / 20), 12)
    expect(apart(5).interval?.high).toBeGreaterThan(0)
    const other = measureDelta([11, 12, 13], [1, 2, 3])
    expect(other).toMatchObject({ delta: 1, interval: { high: 1 } })
    expect(other.interval?.low).toBeCloseTo(2 * 0.025 ** (1 / 3) - 1, 12)
  })

  test('the interval of delta always has a width, and a single value has no interval', () => {
    // Here the unbiased variance is 0.0625, and Cliff's lower limit is (1 - 0.75²) / 3. Student's t with 2 degrees of
    // freedom is 4.3027.
    const { delta, interval } = measureDelta([2, 3], [1, 2])
    expect(delta).toBe(0.75)
    expect(interval?.low).toBeCloseTo(-0.7859, 4)
    expect(interval?.high).toBeCloseTo(0.9951, 4)
    expect(measureDelta([1], [2, 3])).toEqual({ delta: -1, interval: null })
    expect(measureDelta([2, 3], [1])).toEqual({ delta: 1, interval: null })
  })

  test('the magnitudes of delta have the limits of Romano', () => {
    const sizes = [0, 0.146, 0.147, 0.329, 0.33, 0.473, 0.474, 1]
    const words = ['negligible', 'negligible', 'small', 'small', 'medium', 'medium', 'large', 'large']
    expect(sizes.map(nameMagnitude)).toEqual(words)
    expect(sizes.map((size) => nameMagnitude(-size))).toEqual(words)
  })
})

test("Holm's correction equals a published example, in the order given", () => {
  // From Wikipedia, "Holm–Bonferroni method".
  expect(adjustByHolm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(adjustByHolm([0.5, 0.6, 0.9])).toEqual([1, 1, 1])
  expect(adjustByHolm([0.01])).toEqual([0.01])
  expect(adjustByHolm([])).toEqual([])
})

test.describe('the median', () => {
  test('the interval of a median equals that of a published bootstrap distribution', () => {
    // Treated mice (Efron and Tibshirani, 1993): the medians of resamples are the seven values with probabilities .010,
    // .098, .239, .306, .239, .098, .010, so that 95 % lie from the second to the sixth.
    expect(medianOf([94, 197, 16, 38, 99, 141, 23])).toEqual({ low: 94, high: 94, confidence: { low: 23, high: 141 } })
  })

  test('the interval of a median is the same in each call', () => {
    const draw = createRandom(4)
    const values = Array.from({ length: 40 }, () => Math.round(-1e4 * Math.log(1 - draw())))
    expect(medianOf(values)).toEqual({ low: 7301, high: 7301, confidence: { low: 5328, high: 10756.5 } })
    expect(medianOf(shuffle(values, draw))).toEqual(medianOf(values))
  })

  test('the median of an even number of values is half-way, and few values have no interval', () => {
    expect(medianOf([4, 1, 3, 2])).toEqual({ low: 2.5, high: 2.5, confidence: null })
    expect(medianOf([5, 1, 3, 2, 4])?.confidence).toEqual({ low: 1, high: 5 })
    expect(medianOf([null])).toBe(null)
  })

  test('the median of intervals and its interval lie between the medians of the bounds', () => {
    const values = [1, 2, 3, 4, 5, 6, 7].map((low) => ({ low, high: low + 10 }))
    const [lows, highs] = [medianOf(values.map(({ low }) => low)), medianOf(values.map(({ high }) => high))]
    const confidence = { low: lows?.confidence?.low, high: highs?.confidence?.high }
    expect(medianOf(values)).toEqual({ low: 4, high: 14, confidence })
  })

  test('the median of values that never ended has no upper bound, and the observed time as its lower bound', () => {
    const never = { atLeast: 50 }
    expect(medianOf([1, 2, never])).toEqual({ low: 2, high: 2, confidence: null })
    expect(medianOf([1, never, never])).toEqual({ low: 50, high: null, confidence: null })
    expect(medianOf([1, never])).toEqual({ low: 25.5, high: null, confidence: null })
    expect(medianOf([1, 2, 3, 4, never, never, never])?.confidence).toEqual({ low: 2, high: null })
  })
})

/** U for each choice of a first sample of `size` values. */
function countAllU(values: number[], size: number): number[] {
  return chooseAll([...values.keys()], size).map((chosen) => {
    const [first, second] = [true, false].map((own) => values.filter((_, index) => chosen.includes(index) === own))
    return (first ?? []).reduce(
      (sum, value) => sum + (second ?? []).reduce((u, other) => u + (Math.sign(value - other) + 1) / 2, 0),
      0,
    )
  })
}

function chooseAll(values: number[], size: number): number[][] {
  if (size === 0) return [[]]
  return values.flatMap((first, index) => chooseAll(values.slice(index + 1), size - 1).map((rest) => [first, ...rest]))
}
