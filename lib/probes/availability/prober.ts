import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Route } from '../../meshes/mesh.ts'
import { scriptArguments } from '../../process.ts'
import type { ProbeSample } from '../../record/facts.ts'
import type { ProberLine, ProberSettings } from './protocol.ts'

const MAIN = fileURLToPath(new URL('prober.main.ts', import.meta.url))
const LONGEST_MS = 20 * 60_000
const STOP_GRACE_MS = 5_000
/** A wall clock that is set by more leaves the probes at other times than everything else that is recorded. */
const DRIFT_MS = 50

export interface ProberOptions {
  route: Route
  seed: number
  /** Records that were seeded; the probes read them in turn. */
  seeded: number
  /** Probes per second. */
  rateHz: number
  /** How long a client waits for an answer, from when the probe was due; 1000 where not given. */
  timeoutMs?: number
  /** Whether it runs before all ordinary work of the machine, where that is allowed; not where not given. */
  goesFirst?: boolean
  /** Called about once a second with samples in the order they were due, each of which is final. */
  onSamples: (samples: ProbeSample[]) => void
}

export interface ProberEnd {
  sent: number
  error: string | null
  /** What the prober itself cost of the machine's processors; null where it did not say. */
  cpuMs: number | null
}

export interface RunningProber {
  /** Of its process; -1 where that could not be started. */
  readonly pid: number
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Ends the probing; every sample has been given to `onSamples` by then. `error` is why they are not to be trusted. */
  stop(): Promise<ProberEnd>
}

/**
 * Probes the service by the clock, never after the last answer, so that a stall does not hide itself: a process that
 * reads a slot `rateHz` times a second through the route, and times each read from when it was due.
 */
export function startProber({
  route,
  seed,
  seeded,
  rateHz,
  timeoutMs = 1000,
  goesFirst = false,
  onSamples,
}: ProberOptions): RunningProber {
  const settings: ProberSettings = { route, seed, seeded, rateHz, timeoutMs, goesFirst, longestMs: LONGEST_MS }
  const child = spawn(process.execPath, scriptArguments(MAIN, settings), {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const received = collectLines(child.stdout, onSamples)
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString('utf8')).slice(-1000)))
  // Writing to a prober that is gone is no news beside its exit.
  child.stdin.on('error', () => undefined)
  let asked = false
  const closed = new Promise<{ how: string; early: boolean }>((resolve) => {
    child.once('error', (error) => {
      resolve({ how: String(error), early: !asked })
    })
    child.once('close', (code, signal) => {
      resolve({ how: signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`, early: !asked })
    })
  })
  const stop = async () => {
    asked = true
    child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs + STOP_GRACE_MS)
    const end = await closed
    clearTimeout(timer)
    return received.conclude(end, complaints)
  }
  let stopped: ReturnType<RunningProber['stop']> | null = null
  return { pid: child.pid ?? -1, intervalMs: 1000 / rateHz, timeoutMs, stop: () => (stopped ??= stop()) }
}

/** Reads the prober's lines and judges, once it has ended, whether they are all of them. */
function collectLines(stdout: NodeJS.ReadableStream, onSamples: ProberOptions['onSamples']) {
  let samples = 0
  let totals: Exclude<ProberLine, { samples: unknown }> | null = null
  let broken: string | null = null
  createInterface({ input: stdout }).on('line', (text) => {
    const line = parseLine(text)
    if (!line) broken ??= text.slice(0, 120)
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
