import type { Clock } from '../system/wait.ts'

/** A clock in whole milliseconds. Time jumps to the next due event when all code waits for the clock. */
export interface VirtualClock extends Clock {
  /** Calls `listener` whenever time has passed, before any event that is due at the new time. */
  onPassing(listener: (nowMs: number) => void): void
  /** Time at which a due event happens: at its time or, during a standstill, at the end of the standstill. */
  happensAt: (dueMs: number) => number
  /**
   * Lets time pass until `body` has settled. Throws if nothing waits for the clock, because then the body waits for something
   * else. Also throws after an hour of virtual time.
   */
  run<T>(body: () => Promise<T>): Promise<T>
}

interface Wake {
  atMs: number
  wake: () => void
}

/** Maximum virtual duration of a drill. A longer one would never end. */
const LONGEST_MS = 3_600_000

/** A period in which the machine does nothing, while time passes. */
export interface Standstill {
  fromMs: number
  durationMs: number
}

export function virtualClock(startMs: number, standstills: readonly Standstill[] = []): VirtualClock {
  // A standstill may begin where another ends.
  const inOrder = standstills.toSorted((one, other) => one.fromMs - other.fromMs)
  const happensAt = (dueMs: number): number =>
    inOrder.reduce(
      (atMs, { fromMs, durationMs }) => (atMs >= fromMs ? Math.max(atMs, fromMs + durationMs) : atMs),
      dueMs,
    )
  let nowMs = startMs
  let notify: (nowMs: number) => void = () => undefined
  /** Sleepers in the order in which they are due, and then in the order in which they came. */
  const waiting: Wake[] = []
  return {
    now: () => nowMs,
    happensAt,
    sleep(durationMs) {
      const atMs = happensAt(nowMs + Math.max(0, Math.ceil(durationMs)))
      return new Promise((wake) => {
        const place = waiting.findLastIndex((other) => other.atMs <= atMs)
        waiting.splice(place + 1, 0, { atMs, wake })
      })
    },
    onPassing: (listener) => {
      notify = listener
    },
    async run(body) {
      const state = { settled: false }
      const result = body().finally(() => {
        state.settled = true
      })
      // The result is returned below. Without this handler, an early rejection would be unhandled.
      result.catch(() => undefined)
      for (;;) {
        // A tick runs after all pending promise callbacks, so everything that does not wait for time has run.
        await new Promise<void>((resolve) => {
          process.nextTick(resolve)
        })
        if (state.settled) return result
        if (nowMs - startMs > LONGEST_MS)
          throw new Error(`the drill did not end within ${LONGEST_MS} ms of virtual time`)
        const next = waiting.shift()
        if (next === undefined) {
          const passedMs = nowMs - startMs
          throw new Error(`after ${passedMs} ms of virtual time no event is left, but the drill still waits`)
        }
        if (next.atMs > nowMs) {
          nowMs = next.atMs
          notify(nowMs)
        }
        next.wake()
      }
    },
  }
}

/** A clock that someone sets during the drill: from `atMs` on it differs by `byMs`. */
export function clockWithJump(clock: Clock, jump: { atMs: number; byMs: number } | null): Clock {
  if (jump === null) return clock
  return {
    ...clock,
    now: () => clock.now() + (clock.now() >= jump.atMs ? jump.byMs : 0),
  }
}
