const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** '200ms', '30s', '1.5m' or '2h' in milliseconds. Fails on anything else: an objective without a unit is a guess. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim())
  const unit = match?.[2] as keyof typeof unitMs | undefined
  if (!match?.[1] || !unit)
    throw new Error(`"${text}" is not a duration: write a number and ms, s, m or h, as in '30s'`)
  return Number(match[1]) * unitMs[unit]
}

/** A duration for people: '0 ms', '240 ms', '12.3 s', '3 min 20 s'. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`
  if (durationMs < 119_950) return `${(durationMs / 1000).toFixed(durationMs % 1000 === 0 ? 0 : 1)} s`
  const seconds = Math.round(durationMs / 1000)
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** '12.3 s–12.4 s', or one value where the bounds read the same. */
export function formatInterval(interval: { low: number; high: number }): string {
  const [low, high] = [formatDuration(interval.low), formatDuration(interval.high)]
  return low === high ? low : `${low}–${high}`
}
