import type { Line, Span } from '../../output/screen.ts'
import { formatDuration } from '../../system/quantity.ts'
import type { Second } from './availability.ts'

/** Something that runs, since when, and how long it usually takes. Times in ms. */
export interface Running {
  title: string
  startedMs: number
  /** Null if no earlier run shows it. */
  usualMs: number | null
}

/** What the live view shows. */
export interface LiveState {
  /** Position of the drill in the run, from 1. */
  position: number
  total: number
  failed: number
  drill: Running
  /** The step, with the titles of the steps around it; null before the first one. */
  step: Running | null
  /** Usual durations of the drills that have not begun; null for each that no earlier run shows. */
  waiting: readonly (number | null)[]
  /** The newest line that the harness wrote; null if there is none. */
  latest: string | null
  availability: readonly (Second | null)[]
}

const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const NOTHING = '·'
const BAR_CELLS = 20

/** Three or four lines. */
export function renderLive(state: LiveState, nowMs: number): Line[] {
  const { position, total, failed, drill, step, latest, availability } = state
  const counts: Span[] = failed === 0 ? [] : [{ text: `  ${failed} failed`, colour: 'red' }]
  return [
    [{ text: `drill ${position} of ${total}  ` }, { text: drill.title, colour: 'bold' }, ...counts],
    [{ text: `  ${describeElapsed(drill, nowMs)}` }, { text: describeRest(state, nowMs), colour: 'grey' }],
    ...(step === null ? [] : [[{ text: `  ▸ ${step.title}  ` }, ...renderProgress(step, nowMs)]]),
    availability.length > 0
      ? renderAvailability(availability)
      : latest === null
        ? []
        : [{ text: `  ${latest}`, colour: 'grey' }],
  ].filter((line) => line.length > 0) as Line[]
}

const elapsedOf = ({ startedMs }: Running, nowMs: number): number => Math.max(0, nowMs - startedMs)

/** '12 s', '12 s of about 40 s', or '50 s (usually 40 s)'. */
function describeElapsed(running: Running, nowMs: number): string {
  const elapsedMs = elapsedOf(running, nowMs)
  const elapsed = wholeSeconds(elapsedMs)
  if (running.usualMs === null) return elapsed
  const usual = wholeSeconds(running.usualMs)
  return elapsedMs <= running.usualMs ? `${elapsed} of about ${usual}` : `${elapsed} (usually ${usual})`
}

function renderProgress(running: Running, nowMs: number): Span[] {
  const words: Span = { text: describeElapsed(running, nowMs) }
  if (running.usualMs === null || running.usualMs === 0) return [words]
  const share = Math.min(1, elapsedOf(running, nowMs) / running.usualMs)
  const done = Math.round(share * BAR_CELLS)
  return [{ text: `${'━'.repeat(done)}${'╌'.repeat(BAR_CELLS - done)} `, colour: 'grey' }, words]
}

/** Time to go of the run, as far as earlier runs show it. */
function describeRest({ drill, waiting }: LiveState, nowMs: number): string {
  const known = waiting.filter((usual) => usual !== null)
  const unknown = waiting.length - known.length + (drill.usualMs === null ? 1 : 0)
  const drillRestMs = drill.usualMs === null ? 0 : Math.max(0, drill.usualMs - elapsedOf(drill, nowMs))
  const restMs = known.reduce((sum, usual) => sum + usual, drillRestMs)
  if (restMs === 0 && unknown > 0) return ''
  const rest = `  ·  about ${wholeSeconds(restMs)} left in all`
  return unknown === 0 ? rest : `${rest}, and ${unknown} ${unknown === 1 ? 'drill' : 'drills'} not timed yet`
}

function renderAvailability(seconds: readonly (Second | null)[]): Line {
  const known = seconds.filter((second) => second !== null)
  const right = known.reduce((sum, second) => sum + second.right, 0)
  const all = known.reduce((sum, second) => sum + second.all, 0)
  // Never "100 %" while a probe failed.
  const percent = right === all ? 100 : Math.min(99, Math.floor((100 * right) / all))
  const last = known.at(-1)
  const isDown = last !== undefined && last.right < last.all
  return [
    { text: '  available  ' },
    ...seconds.map(renderSecond),
    {
      text: `  ${isDown ? 'down' : 'up'}, ${percent} % of the last ${seconds.length} s`,
      colour: isDown ? 'red' : 'grey',
    },
  ]
}

function renderSecond(second: Second | null): Span {
  if (second === null) return { text: NOTHING, colour: 'grey' }
  const { right, all } = second
  // A full bar is kept for a second without a failed probe.
  const level = right === all ? LEVELS.length - 1 : Math.floor((right / all) * (LEVELS.length - 1))
  return { text: LEVELS[level] ?? NOTHING, colour: right === all ? 'green' : right === 0 ? 'red' : 'yellow' }
}

const wholeSeconds = (durationMs: number): string => formatDuration(Math.floor(durationMs / 1000) * 1000)
