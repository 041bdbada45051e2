/** Lateness up to this is the ordinary one of timers. */
const PUNCTUAL_MS = 2

/** For how long this process did not look, as it stood still or was busy: told by a timer that came late, or is late now. */
export interface Attention {
  /** The process looks, and will do so again at `nextMs`. */
  look(nowMs: number, nextMs: number): void
  /** In all, up to now. */
  missedMs(nowMs: number): number
}

export function watchAttention(): Attention {
  let missedMs = 0
  let expectedMs = Infinity
  const late = (nowMs: number) => (nowMs - expectedMs > PUNCTUAL_MS ? nowMs - expectedMs : 0)
  return {
    look(nowMs, nextMs) {
      missedMs += late(nowMs)
      expectedMs = nextMs
    },
    missedMs: (nowMs) => missedMs + late(nowMs),
  }
}
