/** Maximum share of due probes that may be missing. */
const missingShare = 0.01

/** What a prober recorded, and its names for people. */
interface Probed {
  samples: readonly (readonly [dueMs: number, ...unknown[]])[]
  intervalMs: number
  /** Number of probes that it sent. Null if it did not report it. */
  sent: number | null
  batches: readonly { intervalMs: number }[]
  ends: readonly { error: string | null }[]
  /** 'probes', and 'the prober'. */
  probes: string
  prober: string
}

type Trouble = 'interval-changed' | 'stopped-by-error' | 'no-end' | 'more-answered-than-sent' | 'missing'

/** Why probes are incomplete, or the number of due probes. There must be a probe. */
export function findIncomplete(probed: Probed): { trouble: Trouble; reason: string } | { due: number } {
  const { samples, intervalMs, sent, batches, ends, probes, prober } = probed
  const incomplete = (trouble: Trouble, reason: string) => ({ trouble, reason })
  if (new Set(batches.map((batch) => batch.intervalMs)).size > 1)
    return incomplete('interval-changed', `the interval of the ${probes} changed within the drill`)
  const crashed = ends.find(({ error }) => error !== null)
  if (crashed) return incomplete('stopped-by-error', `an error stopped ${prober}: ${crashed.error ?? ''}`)
  if (sent === null) return incomplete('no-end', `${prober} did not report its end`)
  if (sent < samples.length)
    return incomplete(
      'more-answered-than-sent',
      `${samples.length} ${probes} were answered, but only ${sent} were sent`,
    )
  const spanMs = (samples.at(-1)?.[0] ?? NaN) - (samples[0]?.[0] ?? NaN)
  const due = Math.max(sent, Math.round(spanMs / intervalMs) + 1)
  const missing = due - samples.length
  // Without an interval an unlimited number is due.
  return missing <= due * missingShare && due < Infinity
    ? { due }
    : incomplete('missing', `${missing} of ${due} ${probes} are missing`)
}
