import { formatDuration, parseDuration } from './quantity.ts'
import { setTimeout as sleep } from 'node:timers/promises'

/** Time for a drill. Simulated drills use a clock that does not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  sleep(durationMs: number): Promise<void>
}

/** The clock of the machine that runs the drills. */
export const hostClock: Clock = {
  now: () => Date.now(),
  async sleep(durationMs) {
    await sleep(durationMs)
  },
}

/** A probe's answer while its condition is not met yet. It carries the last state seen, for the error of a timeout. */
export class Pending {
  constructor(readonly state: string) {}
}

export const pending = (state: string): Pending => new Pending(state)

interface WaitOptions {
  /** Such as '30s'. */
  timeout: string
  /** Time between two probes, such as '200ms'. */
  every?: string
  /** The next command to run, for the error of a timeout. */
  hint?: string
  /** Default: the machine's monotonic clock. */
  clock?: Clock
}

/** Monotonic: setting the machine's time of day does not change it. */
const steadyClock: Clock = {
  now: () => performance.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
}

/**
 * Probes until the answer is not `Pending`, and returns it. A timeout is an error that carries the last state seen. An error of
 * the probe ends the wait at once, so a probe must turn temporary errors into `pending`.
 */
export async function waitFor<T>(what: string, probe: () => Promise<T | Pending>, options: WaitOptions): Promise<T> {
  const { clock = steadyClock } = options
  const startedMs = clock.now()
  const timeoutMs = parseDuration(options.timeout)
  const everyMs = parseDuration(options.every ?? '200ms')
  for (;;) {
    const answer = await probe()
    if (!(answer instanceof Pending)) return answer
    const elapsedMs = clock.now() - startedMs
    if (elapsedMs >= timeoutMs) {
      const hint = options.hint ? `\nNext: ${options.hint}` : ''
      throw new Error(`${what}: not after ${formatDuration(elapsedMs)}. Last state: ${answer.state}${hint}`)
    }
    await clock.sleep(Math.min(everyMs, timeoutMs - elapsedMs + 1))
  }
}
