import type { Interval } from '../result.ts'

/**
 * One measured quantity: a number, or an interval that contains it. `atLeast` if it was observed for that long and
 * never ended, such as a service that never recovered. Null if it was not measured.
 */
export type Measurement = number | Interval | { atLeast: number } | null

/** The values of a sample, each with its bounds. */
export interface Sample {
  values: Bounds[]
  /** Number of `values` that never ended. */
  neverEnded: number
  /** Number of unmeasured values. They are not in `values`. */
  missing: number
}

export interface Bounds extends Interval {
  /**
   * Bounds for comparisons. Both are infinite for a value that never ended. So a service that did not come back ranks
   * below every service that did, and a short observation gives no advantage.
   */
  rank: Interval
}

/** Numbers of values, of values that never ended, and of unmeasured values, which are not in `values`. */
export interface SampleSize {
  values: number
  neverEnded: number
  missing: number
}

/** Throws for a value that is not a number, and for bounds in the wrong order. */
export function readSample(measurements: readonly Measurement[]): Sample {
  const values = measurements.filter((measurement) => measurement !== null).map(readBounds)
  return {
    // Sums of fractions depend on their order, so values are sorted.
    values: values.toSorted((a, b) => a.low - b.low || a.high - b.high),
    neverEnded: values.filter(({ high }) => high === Infinity).length,
    missing: measurements.length - values.length,
  }
}

export function measureSize({ values, neverEnded, missing }: Sample): SampleSize {
  return { values: values.length, neverEnded, missing }
}

function readBounds(measurement: NonNullable<Measurement>): Bounds {
  if (typeof measurement === 'object' && 'atLeast' in measurement) {
    const { atLeast } = measurement
    if (!Number.isFinite(atLeast)) throw new Error(`a measurement is at least ${atLeast}, which is not a finite number`)
    return { low: atLeast, high: Infinity, rank: { low: Infinity, high: Infinity } }
  }
  const { low, high } = typeof measurement === 'number' ? { low: measurement, high: measurement } : measurement
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw new Error(`a measurement is [${low}, ${high}]: not finite`)
  if (low > high) throw new Error(`a measurement is [${low}, ${high}]: its bounds are in the wrong order`)
  return { low, high, rank: { low, high } }
}
