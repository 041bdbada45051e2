import { createInterface } from 'node:readline'
import { shortenMiddle } from '../../output/shorten.ts'
import type { ProberLine } from './protocol.ts'

/** Maximum drift of the wall clock. With more, the times of probes would not fit the other recorded times. */
const DRIFT_MS = 50

/** Reads the lines of a prober, whatever its samples say. After its end, `conclude` tests if they are complete. */
export function collectLines(stdout: NodeJS.ReadableStream, onSamples: (samples: never[]) => void) {
  let samples = 0
  let totals: Exclude<ProberLine<never>, { samples: unknown }> | null = null
  let broken: string | null = null
  createInterface({ input: stdout }).on('line', (text) => {
    const line = parseLine(text)
    if (!line) broken ??= shortenMiddle(text, 200)
    else if ('samples' in line) {
      samples += line.samples.length
      onSamples(line.samples)
    } else totals = line
  })
  const findProblem = ({ how, early }: { how: string; early: boolean }, complaints: string): string | null => {
    const said = complaints ? `: ${complaints.trim()}` : ''
    if (broken !== null) return `the prober wrote an invalid line: ${broken}`
    if (!totals) return `the prober crashed (${how})${said}`
    if (early) return `the prober ended before it was stopped (${totals.ended}, ${how})${said}`
    if (totals.sent === 0) return 'the prober sent no probe'
    if (Math.abs(totals.driftMs) > DRIFT_MS) return `the clock was set by ${totals.driftMs} ms while the prober ran`
    return totals.sent === samples ? null : `the prober sent ${totals.sent} probes, but reported ${samples}`
  }
  return {
    conclude: (end: { how: string; early: boolean }, complaints: string): ProberEnd => {
      const error = findProblem(end, complaints)
      return { sent: totals?.sent ?? samples, error, cpuMs: totals?.cpuMs ?? null }
    },
  }
}

function parseLine(text: string): ProberLine<never> | null {
  try {
    const line: unknown = JSON.parse(text)
    return typeof line === 'object' && line !== null && ('samples' in line || 'ended' in line)
      ? (line as ProberLine<never>)
      : null
  } catch (error) {
    // A killed prober leaves half a line.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The end of a prober. `error` says why its samples cannot be trusted, else null. */
export interface ProberEnd {
  sent: number
  error: string | null
  /** CPU time of the prober, in milliseconds. Null if it did not report it. */
  cpuMs: number | null
}
