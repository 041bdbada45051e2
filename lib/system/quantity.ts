const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** '200ms', '30s', '1.5m' or '2h' in milliseconds. Errors: any other text, because an objective without a unit is a guess. */
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

/** '12.3 s–12.4 s', or one value if both bounds look the same. */
export function formatInterval(interval: { low: number; high: number }): string {
  const [low, high] = [formatDuration(interval.low), formatDuration(interval.high)]
  return low === high ? low : `${low}–${high}`
}

/** '7.7–8.3 s': a unit that both ends share is written once. */
export function joinRange(low: string, high: string): string {
  if (low === high) return low
  const [number = low, unit, ...more] = low.split(' ')
  return unit !== undefined && more.length === 0 && high.endsWith(` ${unit}`) ? `${number}–${high}` : `${low}–${high}`
}

const factors: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** A quantity as Kubernetes writes it, such as '512Mi' or '250m', as a number. */
export function parseQuantity(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? []
  const factor = factors[unit]
  if (number === '' || factor === undefined) throw new Error(`"${text}" is not a quantity, such as 512Mi or 250m`)
  return Number(number) * factor
}

/** A quantity of bytes, such as '128Mi'. Thousandths of a byte are refused. */
export function parseBytes(text: string): number {
  if (text.endsWith('m')) throw new Error(`"${text}" is not a quantity of bytes, such as 128Mi`)
  return parseQuantity(text)
}

/** A size for people, in powers of 1024: '0 B', '12.4 MiB'. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? 'B'}`
}
