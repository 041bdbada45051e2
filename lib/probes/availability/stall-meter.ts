/** Ordinary lateness of timers, in milliseconds. It is no stall. */
const PUNCTUAL_MS = 2

/** Measures how long this process stalled, because it was stopped or busy. A late timer shows a stall. */
export interface StallMeter {
  /** Call it at each tick. The next tick is due at `nextMs`. */
  tick(nowMs: number, nextMs: number): void
  /** All stalls up to now, in milliseconds. */
  stalledMs(nowMs: number): number
}

export function createStallMeter(): StallMeter {
  let stalledMs = 0
  let expectedMs = Infinity
  const late = (nowMs: number) => (nowMs - expectedMs > PUNCTUAL_MS ? nowMs - expectedMs : 0)
  return {
    tick(nowMs, nextMs) {
      stalledMs += late(nowMs)
      expectedMs = nextMs
    },
    stalledMs: (nowMs) => stalledMs + late(nowMs),
  }
}
