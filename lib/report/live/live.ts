import { openScreen, type Terminal } from '../../output/screen.ts'
import { printableText } from '../../output/print.ts'
import { followAvailability } from './availability.ts'
import { renderLive, type Running } from './view.ts'

const REDRAW_MS = 500
/** Columns that the words beside the picture of availability take. */
const WORDS_COLUMNS = 48
const LONGEST_SECONDS = 60
const SHORTEST_SECONDS = 10
/** Of the harness's lines, those that are printed when a drill fails. */
const KEPT_LINES = 40

export interface LiveOptions {
  terminal: Terminal
  /** `events.jsonl` of the run. */
  events: string
  /** Milliseconds since the epoch; the machine's clock by default. */
  now?: () => number
}

/** The live view of a run: which drill, which step, since when, for how long, and whether the service answers. */
export class LiveView {
  readonly #options: LiveOptions
  readonly #now: () => number
  readonly #screen: ReturnType<typeof openScreen>
  readonly #availability: ReturnType<typeof followAvailability>
  readonly #timer: NodeJS.Timeout
  #waiting = new Map<string, number | null>()
  #total = 0
  #failed = 0
  #drill: Running | null = null
  #steps: Running[] = []
  #lines: string[] = []

  constructor(options: LiveOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#screen = openScreen(options.terminal)
    this.#availability = followAvailability(options.events)
    this.#timer = setInterval(() => {
      this.draw()
    }, REDRAW_MS)
    this.#timer.unref()
  }

  /** All drills of the run by title, with how long each usually takes. */
  begin(drills: ReadonlyMap<string, number | null>): void {
    this.#waiting = new Map(drills)
    this.#total = drills.size
  }

  beginDrill(title: string): void {
    this.#drill = this.#running(title, this.#waiting.get(title) ?? null)
    this.#waiting.delete(title)
    this.#steps = []
    this.#lines = []
    this.#availability.clear()
    this.draw()
  }

  beginStep(title: string, usualMs: number | null): void {
    this.#steps.push(this.#running(title, usualMs))
    this.draw()
  }

  endStep(): void {
    this.#steps.pop()
    this.draw()
  }

  /** `line` stays above the view. A drill that failed leaves what the harness wrote during it. */
  endDrill({ failed, line }: { failed: boolean; line: string }): void {
    if (failed) this.#failed++
    if (failed && this.#lines.length > 0) this.print(this.#lines.join('\n'))
    this.#drill = null
    this.print(line)
  }

  /** A line that the harness wrote: it is shown until the next one. */
  log(line: string): void {
    if (this.#drill === null) {
      this.print(line)
      return
    }
    this.#lines = [...this.#lines, line].slice(-KEPT_LINES)
    this.draw()
  }

  print(text: string): void {
    this.#screen.print(printableText(text))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#screen.close()
  }

  draw(): void {
    if (this.#drill === null) return
    const seconds = this.#options.terminal.columns() - WORDS_COLUMNS
    const state = {
      position: this.#total - this.#waiting.size,
      total: this.#total,
      failed: this.#failed,
      drill: this.#drill,
      step: this.#step(),
      waiting: [...this.#waiting.values()],
      latest: this.#lines.at(-1) ?? null,
      availability: this.#availability.read(Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds))),
    }
    this.#screen.draw(renderLive(state, this.#now()))
  }

  /** The innermost step, under the titles of all that are open. */
  #step(): Running | null {
    const step = this.#steps.at(-1)
    return step === undefined ? null : { ...step, title: this.#steps.map(({ title }) => title).join(' › ') }
  }

  #running(title: string, usualMs: number | null): Running {
    return { title, startedMs: this.#now(), usualMs }
  }
}
