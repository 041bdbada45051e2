import { magnitudes, measureDelta, nameMagnitude, type Magnitude } from './cliffs-delta.ts'
import { leastP, mannWhitney } from './mann-whitney.ts'
import { findMedian, leastValues, type Median } from './median.ts'
import type { Interval } from '../result.ts'
import { measureSize, type Measurement, readSample, type Sample, type SampleSize } from './sample.ts'

/**
 * A difference is shown if p is below `alpha` and delta is at least `leastDelta`.
 *
 * p < 0.05 would show a difference in one of 20 comparisons of a tool with itself. At 0.002 it is one of 500, so 300
 * such comparisons give fewer than three, with some room. A difference of 10 % at a coefficient of variation of 5 % is
 * still found with 20 values: there p is near 0.00001. At least 7 values a side are needed for p below 0.002. The least
 * delta is the lower limit of Romano's "medium". With hundreds of values, it prevents a negligible difference from
 * counting.
 *
 * With many comparisons at once, as in a ranking, the chance of even one false claim among all of them is also kept
 * below
 * `familyAlpha`: one or two of 300 rankings of equal tools.
 */
export const decision = { alpha: 0.002, familyAlpha: 0.005, leastDelta: magnitudes.medium } as const

/**
 * `less`: the first sample is shown to be lower. `~`: no difference was shown. This does not prove that there is none.
 */
export type Order = 'less' | 'greater' | '~'

/** Whether one sample is lower than the other, and by how much. */
export interface Contrast {
  sizeA: SampleSize
  sizeB: SampleSize
  /** True if there are enough values to show a difference. */
  enough: boolean
  /** True if all values are equal. Then no difference can be shown, however many values there are. */
  constant: boolean
  /** Cliff's delta: the one nearest to 0 that the bounds of the values allow. Null for fewer than 5 values. */
  delta: number | null
  /** The 95 % confidence interval of delta, over everything that the bounds allow. */
  deltaInterval: Interval | null
  magnitude: Magnitude | null
  /** p of the two-sided Mann-Whitney test for that delta. Null for fewer than 5 values. */
  p: number | null
  verdict: Order
  /** For people: the reason of the verdict. */
  reason: string
}

export interface Comparison extends Contrast {
  /** Null if nothing was measured. */
  medianA: Median | null
  medianB: Median | null
}

/** Compares two samples like `contrast`, and adds the median of each. */
export function compare(a: readonly Measurement[], b: readonly Measurement[]): Comparison {
  return { medianA: findMedian(readSample(a)), medianB: findMedian(readSample(b)), ...contrast(a, b) }
}

/**
 * Whether one sample is shown to be lower than the other.
 *
 * If values are intervals, the worst case is compared with the best case. A is less only if its upper bounds are less
 * than the lower bounds of B. Then it is less for every choice of values within the bounds. To count overlapping pairs
 * as ties would be wrong: half of the pairs in order and half overlapping would give a delta of -0.5, although the true
 * delta may be 0. If the bounds allow that there is no difference, delta is 0 and p is 1. For exact values this is the
 * plain test.
 */
export function contrast(a: readonly Measurement[], b: readonly Measurement[]): Contrast {
  const [sampleA, sampleB] = [readSample(a), readSample(b)]
  const constant = new Set(
    [sampleA, sampleB].flatMap(({ values }) => values.flatMap(({ rank }) => [rank.low, rank.high])),
  )
  const sizes = { sizeA: measureSize(sampleA), sizeB: measureSize(sampleB), constant: constant.size <= 1 }
  const [countA, countB] = [sizes.sizeA.values, sizes.sizeB.values]
  const missing = sampleA.missing + sampleB.missing
  const counted = `${countA} and ${countB} values${missing === 0 ? '' : ` (${missing} more were not measured)`}`
  const unclaimed = { ...sizes, enough: false, verdict: '~' } as const
  if (Math.min(countA, countB) < leastValues) {
    const reason = `n too small: ${counted}; at least ${leastValues} are needed`
    return { ...unclaimed, delta: null, deltaInterval: null, magnitude: null, p: null, reason }
  }
  const measured = measureDifference(sampleA, sampleB)
  const least = leastP(countA, countB)
  if (least >= decision.alpha) {
    const reason = `n too small: ${counted} cannot give p under ${formatP(least)}; under ${decision.alpha} is needed`
    return { ...unclaimed, ...measured, reason }
  }
  return { ...sizes, enough: true, ...measured, ...decide(measured) }
}

/** The verdict on a difference by its delta and p. The caller checks that there are enough values. */
export function decide(
  { delta, p }: { delta: number; p: number },
  alpha: number = decision.alpha,
): Pick<Contrast, 'verdict' | 'reason'> {
  const { leastDelta } = decision
  const found = `p = ${formatP(p)}, delta ${delta.toFixed(2)} (${nameMagnitude(delta)})`
  if (!(p < alpha)) return { verdict: '~', reason: `no difference is shown: ${found}; p under ${alpha} is needed` }
  if (Math.abs(delta) < leastDelta)
    return { verdict: '~', reason: `the difference is too small: ${found}; a delta of ${leastDelta} is needed` }
  return { verdict: delta < 0 ? 'less' : 'greater', reason: found }
}

/**
 * Holm's (1979) correction. It raises the p values of several comparisons so that the chance of even one false claim
 * among all of them is limited, even if they depend on each other. The results are in the order given.
 */
export function adjustByHolm(ps: readonly number[]): number[] {
  const adjusted = Array.from(ps)
  let greatest = 0
  const ascending = [...ps.entries()].toSorted(([, a], [, b]) => a - b)
  for (const [rank, [index, p]] of ascending.entries()) {
    greatest = Math.max(greatest, Math.min(1, p * (ps.length - rank)))
    adjusted[index] = greatest
  }
  return adjusted
}

function measureDifference({ values: a }: Sample, { values: b }: Sample) {
  const lowest = [a.map(({ rank }) => rank.low), b.map(({ rank }) => rank.high)] as const
  const highest = [a.map(({ rank }) => rank.high), b.map(({ rank }) => rank.low)] as const
  const [least, most] = [measureDelta(...lowest), measureDelta(...highest)]
  const deltaInterval = { low: least.interval?.low ?? -1, high: most.interval?.high ?? 1 }
  if (least.delta < 0 && most.delta > 0) return { delta: 0, deltaInterval, magnitude: nameMagnitude(0), p: 1 }
  const [nearest, samples] = least.delta >= 0 ? [least, lowest] : [most, highest]
  const { p } = mannWhitney(...samples)
  return { delta: nearest.delta, deltaInterval, magnitude: nameMagnitude(nearest.delta), p }
}

function formatP(p: number): string {
  return p < 0.001 ? p.toExponential(1) : String(Number(p.toPrecision(2)))
}
