/** The sum of values; null if one of them is unknown. */
export const sumKnown = (values: (number | null)[]): number | null =>
  values.reduce((total, value) => (total === null || value === null ? null : total + value), 0)
/** Converts a time of the cluster to milliseconds since the epoch; null if there is none. */
export const timeMs = (time: string | Date | null | undefined): number | null =>
  time === undefined || time === null ? null : new Date(time).getTime()

/** The earliest of the known times; null if none is known. */
export const earliest = (times: (number | null)[]): number | null =>
  times.reduce((one, other) => (one === null || other === null ? (one ?? other) : Math.min(one, other)), null)

/** The latest of the known times; null if none is known. */
export const latest = (times: (number | null)[]): number | null =>
  times.reduce((one, other) => (one === null || other === null ? (one ?? other) : Math.max(one, other)), null)
