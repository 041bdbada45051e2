import { createRandom } from './random.ts'
import type { Sample } from './sample.ts'

/** Minimum number of values for a confidence interval or a difference. */
export const leastValues = 5

/**
 * The median of a sample between two bounds, which are equal for exact values. `high` is null if the median never
 * ended.
 */
export interface Median {
  low: number
  high: number | null
  /** The 95 % confidence interval. Null for fewer than 5 values. */
  confidence: { low: number; high: number | null } | null
}

/** An odd number, so that (resamples + 1) × 2.5 % is whole and the interval ends at resampled values. */
const resamples = 1999
const seed = 1

/**
 * The median with its 95 % bootstrap percentile interval. Null without values.
 *
 * BCa is not used. It takes its acceleration from the jackknife, which is inconsistent for the median: without one
 * value the median moves to one of two or three places. So its correction would be noise. The percentile interval of a
 * median needs no correction. It consists of values of the sample, and any monotone change of scale keeps it. It uses a
 * fixed seed and sorted values, so it depends only on the values.
 *
 * If values are intervals, the median lies between the median of the lower bounds and that of the upper bounds. The
 * confidence interval reaches from the lower end of the first to the upper end of the second.
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

/** Medians of resamples of `sorted` with replacement, in ascending order. */
function resampleMedians(sorted: Float64Array): Float64Array {
  const random = createRandom(seed)
  const { length } = sorted
  const counts = new Uint32Array(length)
  /** The value at a place of the sorted resample. */
  const pick = (place: number) => {
    let index = -1
    for (let below = 0; below <= place; below += counts[index] ?? NaN) index++
    return sorted[index] ?? NaN
  }
  const medians = Array.from({ length: resamples }, () => {
    counts.fill(0)
    for (let count = 0; count < length; count++) {
      const index = Math.floor(random() * length)
      counts[index] = (counts[index] ?? 0) + 1
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
