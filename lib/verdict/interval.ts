/** A quantity that is known to lie between two bounds. */
export interface Interval {
  low: number
  high: number
}

/** An interval whose ends may each be wrong by as much. */
export const widen = ({ low, high }: Interval, byMs: number): Interval => ({ low: low - byMs, high: high + byMs })

/**
 * `beyond` where even the most favourable end is over the limit, `within` where even the least favourable is not, else `unknown`.
 * A limit that is exactly met is kept.
 */
export function compareWithLimit({ low, high }: Interval, limit: number): 'within' | 'beyond' | 'unknown' {
  if (low > limit) return 'beyond'
  return high <= limit ? 'within' : 'unknown'
}
