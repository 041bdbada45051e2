import type { VirtualClock } from './clock.ts'
import { Volume } from './volume.ts'

/** One life of the service's process, from its start until it ended. */
export interface Incarnation {
  readonly volume: Volume
  /** Infinity while it runs. */
  endedMs: number
}

/** The service answers only in part: a share of the requests is refused, the others take longer. */
export interface BrownOut {
  refused: number
  slowness: number
}

/** The simulated ledger in one namespace, with its claim. */
export class Service {
  /** Null where the claim is not there. */
  volume: Volume | null = null
  running: Incarnation | null = null
  brownOut: BrownOut | null = null
  /** Requests that its proxy counted since it was started. */
  counted = 0
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  start(): void {
    if (this.volume === null || this.running !== null) return
    this.running = { volume: this.volume, endedMs: Infinity }
    this.counted = 0
  }

  stop(): void {
    if (this.running !== null) this.running.endedMs = this.#clock.now()
    this.running = null
  }

  /** Starts again after a while, unless the claim is gone by then or another one came. */
  async startLater(afterMs: number): Promise<void> {
    const { volume } = this
    await this.#clock.sleep(afterMs)
    if (this.volume === volume) this.start()
  }

  /** The service and its claim are taken away. */
  remove(): void {
    this.stop()
    this.volume = null
    this.brownOut = null
  }
}

/** When a request that reached the service ends: it is made at `applyMs`, answered at `doneMs` (null: never). */
export interface Fate {
  applyMs: number
  doneMs: number | null
  good: boolean
}

/** What becomes of a request that is sent at a time, if nothing happens until it is answered. */
export function drawFate({ running, brownOut }: Service, sentMs: number, draw: () => number): Fate {
  if (running === null) {
    // The gateway says that nobody is there, or nobody says anything.
    const refusedMs = draw() < 0.5 ? sentMs + 2 + draw() : null
    return { applyMs: Infinity, doneMs: refusedMs, good: false }
  }
  const tail = draw() < 0.01 ? 25 * draw() : 0
  const latencyMs = (1.5 - 1.5 * Math.log(1 - draw()) + tail) * (brownOut?.slowness ?? 1)
  const refused = brownOut !== null && draw() < brownOut.refused
  return { applyMs: refused ? Infinity : sentMs + latencyMs / 2, doneMs: sentMs + latencyMs, good: !refused }
}
