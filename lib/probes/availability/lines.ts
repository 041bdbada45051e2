import { createInterface } from 'node:readline'
import { shortenMiddle } from '../../output/shorten.ts'
import type { ProbeSample } from '../../record/facts.ts'
import type { ProberLine } from './protocol.ts'

/** A wall clock that is set by more leaves the probes at other times than everything else that is recorded. */
const DRIFT_MS = 50

/** Reads the prober's lines and judges, once it has ended, whether they are all of them. */
export function collectLines(stdout: NodeJS.ReadableStream, onSamples: (samples: ProbeSample[]) => void) {
  let samples = 0
  let totals: Exclude<ProberLine, { samples: unknown }> | null = null
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
    if (broken !== null) return `the prober wrote a line that is not understood: ${broken}`
    if (!totals) return `the prober crashed (${how})${said}`
    if (early) return `the prober ended before it was stopped (${totals.ended}, ${how})${said}`
    if (totals.sent === 0) return 'the prober sent no probe'
    if (Math.abs(totals.driftMs) > DRIFT_MS) return `the clock was set by ${totals.driftMs} ms while the prober ran`
    return totals.sent === samples ? null : `the prober sent ${totals.sent} probes and told of ${samples}`
  }
  return {
    conclude: (end: { how: string; early: boolean }, complaints: string): ProberEnd => {
      const error = findProblem(end, complaints)
      return { sent: totals?.sent ?? samples, error, cpuMs: totals?.cpuMs ?? null }
    },
  }
}

function parseLine(text: string): ProberLine | null {
  try {
    const line: unknown = JSON.parse(text)
    return typeof line === 'object' && line !== null && ('samples' in line || 'ended' in line)
      ? (line as ProberLine)
      : null
  } catch (error) {
    // Half a line is what a killed prober leaves.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The end of a prober. `error`: why its samples are not to be trusted, else null. */
export interface ProberEnd {
  sent: number
  error: string | null
  /** What the prober itself cost of the machine's processors; null where it did not say. */
  cpuMs: number | null
}
