import { drawFrom } from './random.ts'
import type { Sample } from './sample.ts'

/** Fewer values than this carry no claim: neither a confidence interval nor a difference. */
export const leastValues = 5

/** The median of a sample, between two bounds; equal ones for exact values. `high` is null where it never ended. */
export interface Median {
  low: number
  high: number | null
  /** The 95 % confidence interval; null for fewer than 5 values. */
  confidence: { low: number; high: number | null } | null
}

/** Odd, so that (resamples + 1) × 2.5 % is whole and the ends of the interval are values that were drawn. */
const resamples = 1999
const seed = 1

/**
 * The median with its 95 % bootstrap percentile interval; null without values.
 *
 * Percentile and not BCa: BCa takes its acceleration from the jackknife, which for the median is inconsistent (leaving one
 * value out moves it to one of two or three places), so it corrects by noise. The percentile interval of a median needs no
 * such help: it is made of values of the sample and is the same under any monotone change of scale. It is drawn with a
 * fixed seed from the sorted values, so that it is a function of the values alone.
 *
 * Where values are intervals, the median lies between the median of the lower bounds and that of the upper ones, and the
 * confidence interval reaches from the lower end of the one to the upper end of the other.
 */
export function findMedian({ values }: Sample): Median | null {
  if (values.length === 0) return null
  const [lows, highs] = [sortNumbers(values.map(({ low }) => low)), sortNumbers(values.map(({ high }) => high))]
  const [low, high] = [lows, highs].map(findMiddle) as [number, number]
  if (values.length < leastValues) return { low, high: hideInfinity(high), confidence: null }
  const [ofLows, ofHighs] = [resampleMedians(lows), resampleMedians(highs)]
  const end = (resamples + 1) * 0.025
  const confidence = { low: ofLows[end - 1] ?? NaN, high: hideInfinity(ofHighs[resamples - end] ?? NaN) }
  return { low, high: hideInfinity(high), confidence }
}

function findMiddle(sorted: Float64Array): number {
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? NaN) + (sorted[Math.floor(half)] ?? NaN)) / 2
}

/** The medians of samples drawn from `sorted` with replacement, sorted. */
function resampleMedians(sorted: Float64Array): Float64Array {
  const draw = drawFrom(seed)
  const { length } = sorted
  const drawn = new Uint32Array(length)
  /** The value at a place of the resample, were it sorted. */
  const pick = (place: number) => {
    let index = -1
    for (let below = 0; below <= place; below += drawn[index] ?? NaN) index++
    return sorted[index] ?? NaN
  }
  const medians = Array.from({ length: resamples }, () => {
    drawn.fill(0)
    for (let count = 0; count < length; count++) {
      const index = Math.floor(draw() * length)
      drawn[index] = (drawn[index] ?? 0) + 1
    }
    return (pick(Math.ceil(length / 2) - 1) + pick(Math.floor(length / 2))) / 2
  })
  return sortNumbers(medians)
}

function sortNumbers(values: number[]): Float64Array {
  return Float64Array.from(values).sort()
}

function hideInfinity(value: number): number | null {
  return value === Infinity ? null : value
}
