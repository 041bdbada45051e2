/** '2026-01-01 12:00:01 UTC'. An invalid date is returned as text that says so. */
export function formatDate(atMs: number): string {
  const text = toIso(atMs)
  return text === null ? `at ${atMs} ms, which is not a valid date` : `${text.replace('T', ' ').slice(0, 19)} UTC`
}

/** '12:00:01.200', UTC. An invalid time is returned as its number. */
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

/** The interval with both ends moved outward by their maximum error. */
export const widen = ({ low, high }: Interval, byMs: number): Interval => ({ low: low - byMs, high: high + byMs })

/**
 * `beyond` if even the most favourable end is over the limit, `within` if even the least favourable end is not, else
 * `unknown`. A value equal to the limit is within it.
 */
export function compareWithLimit({ low, high }: Interval, limit: number): 'within' | 'beyond' | 'unknown' {
  if (low > limit) return 'beyond'
  return high <= limit ? 'within' : 'unknown'
}
