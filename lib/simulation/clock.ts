import type { Clock } from '../system/wait.ts'

/** A clock on which time passes only when everybody waits for it, and then at once. Whole milliseconds. */
export interface VirtualClock extends Clock {
  /** Has `told` called whenever time has passed, before anything that is due at the new time happens. */
  onPassing(told: (nowMs: number) => void): void
  /** When something happens that is due at a time: at that time, or when the machine goes on that stands still then. */
  happensAt: (dueMs: number) => number
  /**
   * Lets time pass until `body` has settled. Fails where nothing is left that time could bring, as the body then waits for
   * something beside this clock, and after an hour.
   */
  run<T>(body: () => Promise<T>): Promise<T>
}

interface Wake {
  atMs: number
  wake: () => void
}

/** No drill takes so long: one that does would go on for ever. */
const LONGEST_MS = 3_600_000

/** A machine that stands still: time passes, and nothing happens until it is over. */
export interface Standstill {
  fromMs: number
  durationMs: number
}

export function virtualClock(startMs: number, standstills: readonly Standstill[] = []): VirtualClock {
  // One may end where the next begins.
  const inOrder = standstills.toSorted((one, other) => one.fromMs - other.fromMs)
  const happensAt = (dueMs: number): number =>
    inOrder.reduce(
      (atMs, { fromMs, durationMs }) => (atMs >= fromMs ? Math.max(atMs, fromMs + durationMs) : atMs),
      dueMs,
    )
  let nowMs = startMs
  let told: (nowMs: number) => void = () => undefined
  /** In the order they are due; of those due together, the one that came first is first. */
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
    onPassing: (watcher) => {
      told = watcher
    },
    async run(body) {
      const state = { settled: false }
      const result = body().finally(() => {
        state.settled = true
      })
      // Who waits for it is told below, when it has settled.
      result.catch(() => undefined)
      for (;;) {
        // Its turn comes when no promise is left to be told of: all that can go on without time has gone on then.
        await new Promise<void>((resolve) => {
          process.nextTick(resolve)
        })
        if (state.settled) return result
        if (nowMs - startMs > LONGEST_MS)
          throw new Error(`the drill still goes on after ${LONGEST_MS} ms of virtual time`)
        const next = waiting.shift()
        if (next === undefined) {
          const passedMs = nowMs - startMs
          throw new Error(`after ${passedMs} ms of virtual time nothing is left to happen, and the drill still waits`)
        }
        if (next.atMs > nowMs) {
          nowMs = next.atMs
          told(nowMs)
        }
        next.wake()
      }
    },
  }
}

/** The clock of a machine that is set while the drill runs: from `atMs` on it is `byMs` ahead, or behind. */
export function settingClock(clock: Clock, jump: { atMs: number; byMs: number } | null): Clock {
  if (jump === null) return clock
  return {
    ...clock,
    now: () => clock.now() + (clock.now() >= jump.atMs ? jump.byMs : 0),
  }
}
