import type { VirtualClock } from './clock.ts'
import { Volume } from './volume.ts'

/** One run of the service's process, from start to end. */
export interface Incarnation {
  readonly volume: Volume
  /** Infinity while the process runs. */
  endedMs: number
}

/** The service is partly available: it refuses a share of the requests, and the others take longer. */
export interface BrownOut {
  refused: number
  slowness: number
}

/** The simulated ledger in one namespace, with its claim. */
export class Service {
  /** Null if there is no claim. */
  volume: Volume | null = null
  running: Incarnation | null = null
  brownOut: BrownOut | null = null
  /** True if its mesh serves the call that it must deny. */
  isOpen = false
  /** Requests that its proxy has counted since its start. */
  counted = 0
  /** Number of starts. Each has a new proxy. */
  starts = 0
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  start(): void {
    if (this.volume === null || this.running !== null) return
    this.running = { volume: this.volume, endedMs: Infinity }
    this.counted = 0
    this.starts++
  }

  stop(): void {
    if (this.running !== null) this.running.endedMs = this.#clock.now()
    this.running = null
  }

  /** Starts the process again after a delay, unless the claim is gone or replaced by then. */
  async startLater(afterMs: number): Promise<void> {
    const { volume } = this
    await this.#clock.sleep(afterMs)
    if (this.volume === volume) this.start()
  }

  /** Removes the service and its claim. */
  remove(): void {
    this.stop()
    this.volume = null
    this.brownOut = null
    this.isOpen = false
  }
}

/** Outcome of a request: applied at `applyMs`, answered at `doneMs`; null: never. */
export interface Fate {
  applyMs: number
  doneMs: number | null
  good: boolean
}

/** Chooses the outcome of a request at random, provided that nothing happens before its answer. */
export function drawFate({ running, brownOut }: Service, sentMs: number, draw: () => number): Fate {
  if (running === null) {
    // The gateway refuses the request, or nothing answers.
    const refusedMs = draw() < 0.5 ? sentMs + 2 + draw() : null
    return { applyMs: Infinity, doneMs: refusedMs, good: false }
  }
  const tail = draw() < 0.01 ? 25 * draw() : 0
  const latencyMs = (1.5 - 1.5 * Math.log(1 - draw()) + tail) * (brownOut?.slowness ?? 1)
  const refused = brownOut !== null && draw() < brownOut.refused
  return { applyMs: refused ? Infinity : sentMs + latencyMs / 2, doneMs: sentMs + latencyMs, good: !refused }
}
