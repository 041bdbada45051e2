import type { Interval } from '../result.ts'

/**
 * One measured quantity. A number; an interval that it lies in; `atLeast` where it was watched for that long and never
 * came to its end (a service that never recovered); null where it was not measured.
 */
export type Measurement = number | Interval | { atLeast: number } | null

/** The values of a sample, each with the bounds that it lies between. */
export interface Sample {
  values: Bounds[]
  /** How many of `values` never ended. */
  neverEnded: number
  /** How many were not measured. They are none of `values`. */
  missing: number
}

export interface Bounds extends Interval {
  /**
   * Bounds to compare by. Those of what never ended are both infinite: a service that did not come back while it was waited
   * for ranks behind every one that did, however long that took, so that nobody gains from a wait that was short.
   */
  rank: Interval
}

/** How many values a sample has, how many of them never ended, and how many were not measured and are none of them. */
export interface SampleSize {
  values: number
  neverEnded: number
  missing: number
}

/** Fails on a value that is not a number, and on bounds in the wrong order. */
export function readSample(measurements: readonly Measurement[]): Sample {
  const values = measurements.filter((measurement) => measurement !== null).map(readBounds)
  return {
    // Sums of fractions depend on their order; what comes of a sample must not.
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
    if (!Number.isFinite(atLeast)) throw new Error(`a measurement is at least ${atLeast}, which is no finite number`)
    return { low: atLeast, high: Infinity, rank: { low: Infinity, high: Infinity } }
  }
  const { low, high } = typeof measurement === 'number' ? { low: measurement, high: measurement } : measurement
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw new Error(`a measurement is [${low}, ${high}]: not finite`)
  if (low > high) throw new Error(`a measurement is [${low}, ${high}]: its bounds are in the wrong order`)
  return { low, high, rank: { low, high } }
}
