import { spawn } from 'node:child_process'
import type { DeniedCall, Route } from '../../components/mesh.ts'
import { keepEnds, OUTPUT_LIMIT } from '../../output/shorten.ts'
import { sendSettings } from '../../system/child-settings.ts'
import { scriptArguments } from '../../system/process.ts'
import type { CallSample, ProbeSample } from '../../record/facts.ts'
import { PUNCTUAL_NODE_OPTIONS } from './protocol.ts'
import { collectLines } from './lines.ts'
import type { Dataset } from './probe.ts'
import type { ProberEnd } from './lines.ts'
import type { ProberSettings } from './protocol.ts'

export const LONGEST_MS = 20 * 60_000
const STOP_GRACE_MS = 5_000
/** Default timeout of a probe, in milliseconds. */
export const TIMEOUT_MS = 1000

export interface ProberOptions<Sample = ProbeSample> extends Dataset {
  route: Route
  /** Path of the workload's prober program, which calls `runProber`. */
  main: string
  /** Probes per second. */
  rateHz: number
  /** Timeout for an answer, from the time at which the probe was due. Default: 1 s. */
  timeoutMs?: number
  denied?: DeniedCall
  /** True to run the prober with realtime priority, if the machine permits it. Default: false. */
  highPriority?: boolean
  /** Called about once a second with final samples, in the order in which they were due. */
  onSamples: (samples: Sample[]) => void
}

/** Options of a prober of the mesh's policy: each probe is the call that must be denied. */
export interface PolicyProberOptions extends ProberOptions<CallSample> {
  denied: DeniedCall
}

export interface RunningProber {
  /** Milliseconds by which each sample is widened because of the error of the clock offset. */
  readonly widenedMs: number
  /** Stops probing. `onSamples` has received every sample by then. `error` says why they cannot be trusted. */
  stop(): Promise<ProberEnd>
}

/** A process of this machine. */
export interface LocalProber extends RunningProber {
  /** -1 if the process could not be started. */
  readonly pid: number
  readonly intervalMs: number
}

/**
 * Starts a process that sends `rateHz` requests per second through the route on a fixed schedule, independent of answers, so
 * that a stall is visible. Each probe is timed from the time at which it was due.
 */
export function startProber<Sample = ProbeSample>({
  main,
  route,
  seed,
  seeded,
  settings: workload,
  denied,
  rateHz,
  timeoutMs = TIMEOUT_MS,
  highPriority = false,
  onSamples,
}: ProberOptions<Sample>): LocalProber {
  const settings: ProberSettings = {
    ...{ route, seed, seeded, rateHz, timeoutMs, highPriority, longestMs: LONGEST_MS },
    ...(workload === undefined ? {} : { settings: workload }),
    ...(denied === undefined ? {} : { denied }),
  }
  const child = spawn(process.execPath, [...PUNCTUAL_NODE_OPTIONS, ...scriptArguments(main)], {
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
