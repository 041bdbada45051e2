import { studentQuantile } from './mann-whitney.ts'
import type { Interval } from '../result.ts'

/**
 * Cliff's delta, from -1 to 1: how much more often the value of the first sample is the greater one of a pair than the
 * smaller.
 */
export interface CliffsDelta {
  delta: number
  /** The 95 % confidence interval. Null if a sample has fewer than two values. */
  interval: Interval | null
}

export type Magnitude = 'negligible' | 'small' | 'medium' | 'large'

const confidence = 0.95
/** Lower limits of the magnitudes, by Romano et al. (2006). */
export const magnitudes = { small: 0.147, medium: 0.33, large: 0.474 } as const

export function nameMagnitude(delta: number): Magnitude {
  const size = Math.abs(delta)
  if (size < magnitudes.small) return 'negligible'
  if (size < magnitudes.medium) return 'small'
  return size < magnitudes.large ? 'medium' : 'large'
}

/**
 * Cliff's delta of two non-empty samples. The interval is the asymmetric one of Feng and Cliff (2004) with the unbiased
 * variance of Cliff (1996) and Student's t. It stays within [-1, 1].
 */
export function measureDelta(a: readonly number[], b: readonly number[]): CliffsDelta {
  const [rows, columns] = [a.map((value) => sumOrders(value, b)), b.map((value) => -sumOrders(value, a))]
  const pairs = a.length * b.length
  const delta = sum(rows) / pairs
  if (Math.min(a.length, b.length) < 2) return { delta, interval: null }
  if (Math.abs(delta) === 1) return { delta, interval: boundSeparation(delta, Math.min(a.length, b.length)) }

  const ofRows = sum(rows.map((order) => (order - b.length * delta) ** 2))
  const ofColumns = sum(columns.map((order) => (order - a.length * delta) ** 2))
  const unequal = sum(a.map((value) => b.filter((other) => other !== value).length))
  const ofPairs = unequal - pairs * delta ** 2
  const unbiased = (ofRows + ofColumns - ofPairs) / (pairs * (a.length - 1) * (b.length - 1))
  // The unbiased estimate can be zero or negative. Cliff's lower limit keeps it positive.
  const variance = Math.max(unbiased, (1 - delta ** 2) / (pairs - 1))
  const quantile = studentQuantile((1 + confidence) / 2, a.length + b.length - 2)
  const width = quantile * Math.sqrt(variance) * Math.sqrt((1 - delta ** 2) ** 2 + quantile ** 2 * variance)
  const scale = 1 - delta ** 2 + quantile ** 2 * variance
  return { delta, interval: { low: (delta - delta ** 3 - width) / scale, high: (delta - delta ** 3 + width) / scale } }
}

/**
 * Bounds delta if the samples do not overlap. Then the variance is zero, and the usual interval would have no width.
 * But pairs that share no value are independent. There are as many of them as the smaller sample has values, and all
 * are in the same order. The exact binomial bound (Clopper and Pearson, 1934) covers this case.
 */
function boundSeparation(delta: number, independentPairs: number): Interval {
  const least = 2 * ((1 - confidence) / 2) ** (1 / independentPairs) - 1
  return delta > 0 ? { low: least, high: 1 } : { low: -1, high: -least }
}

/** Number of `others` below the value, minus the number above it. */
function sumOrders(value: number, others: readonly number[]): number {
  return sum(others.map((other) => Number(value > other) - Number(value < other)))
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
