import { setTimeout as sleep } from 'node:timers/promises'

/** What time it is for a drill, and how it lets time pass. */
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
