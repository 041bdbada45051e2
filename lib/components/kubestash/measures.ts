/* Sizes and durations as KubeStash writes them. */

const SIZES: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }
const SPANS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 1e-3, µs: 1e-3, ns: 1e-6 }

/** Bytes of a size such as `2.262 KiB`, which is rounded to a thousandth of its unit; null for another text. */
export function readSize(text: string | undefined): number | null {
  const [, digits, unit = ''] = /^([0-9.]+) ?([KMGT]?i?B)$/.exec(text ?? '') ?? []
  const factor = SIZES[unit]
  return digits === undefined || factor === undefined ? null : Math.round(Number(digits) * factor)
}

/** Milliseconds of a duration such as `1m2.5s`, as Go writes it; null for another text. */
export function readSpan(text: string | undefined): number | null {
  const parts = [...(text ?? '').matchAll(/([0-9.]+)(h|ms|m|us|µs|ns|s)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return null
  return Math.round(parts.reduce((sum, [, digits, unit = '']) => sum + Number(digits) * (SPANS[unit] ?? 0), 0))
}
