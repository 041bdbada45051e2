/** '2026-01-01 12:00:01 UTC'; a number that is no date says so. */
export function formatDate(atMs: number): string {
  const text = toIso(atMs)
  return text === null
    ? `at ${atMs} ms, which is no date that a calendar has`
    : `${text.replace('T', ' ').slice(0, 19)} UTC`
}

/** '12:00:01.200', UTC; a number that is no time is left as it is. */
export const formatClock = (atMs: number): string => toIso(atMs)?.slice(11, 23) ?? String(atMs)

function toIso(atMs: number): string | null {
  const date = new Date(atMs)
  return Number.isFinite(date.getTime()) ? date.toISOString() : null
}
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
