import { spawn } from 'node:child_process'
import type { Route } from '../../components/mesh.ts'
import { keepEnds, OUTPUT_LIMIT } from '../../output/shorten.ts'
import { sendSettings } from '../../system/child-settings.ts'
import { scriptArguments } from '../../system/process.ts'
import type { ProbeSample } from '../../record/facts.ts'
import { punctual } from './protocol.ts'
import { collectLines } from './lines.ts'
import type { Dataset } from './probe.ts'
import type { ProberEnd } from './lines.ts'
import type { ProberSettings } from './protocol.ts'

export const LONGEST_MS = 20 * 60_000
const STOP_GRACE_MS = 5_000
/** How long a client waits. */
export const TIMEOUT_MS = 1000

export interface ProberOptions extends Dataset {
  route: Route
  /** Path of the workload's program that probes it: it calls `runProber`. */
  main: string
  /** Probes per second. */
  rateHz: number
  /** How long a client waits for an answer, from when the probe was due; a second where not given. */
  timeoutMs?: number
  /** Whether it runs before all ordinary work of the machine, where that is allowed; not where not given. */
  goesFirst?: boolean
  /** Called about once a second with samples in the order they were due, each of which is final. */
  onSamples: (samples: ProbeSample[]) => void
}

export interface RunningProber {
  /** By how much each probe is told wider than it was, as its clock is known no better. */
  readonly widenedMs: number
  /** Ends the probing; every sample has been given to `onSamples` by then. `error` is why they are not to be trusted. */
  stop(): Promise<ProberEnd>
}

/** A process of this machine. */
export interface LocalProber extends RunningProber {
  /** -1 where it could not be started. */
  readonly pid: number
  readonly intervalMs: number
}

/**
 * Probes the service by the clock, never after the last answer, so that a stall does not hide itself: a process that
 * sends a request `rateHz` times a second through the route, and times each from when it was due.
 */
export function startProber({
  main,
  route,
  seed,
  seeded,
  settings: workload,
  rateHz,
  timeoutMs = TIMEOUT_MS,
  goesFirst = false,
  onSamples,
}: ProberOptions): LocalProber {
  const settings: ProberSettings = {
    ...{ route, seed, seeded, rateHz, timeoutMs, goesFirst, longestMs: LONGEST_MS },
    ...(workload === undefined ? {} : { settings: workload }),
  }
  const child = spawn(process.execPath, [...punctual, ...scriptArguments(main)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const received = collectLines(child.stdout, onSamples)
  const complaints = keepEnds(OUTPUT_LIMIT)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints.add(text)
  })
  sendSettings(child.stdin, settings)
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
    return received.conclude(end, complaints.text())
  }
  let stopped: ReturnType<RunningProber['stop']> | null = null
  return { pid: child.pid ?? -1, intervalMs: 1000 / rateHz, widenedMs: 0, stop: () => (stopped ??= stop()) }
}
