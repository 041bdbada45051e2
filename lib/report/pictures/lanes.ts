import { formatDuration, formatInterval } from '../../system/quantity.ts'
import type { DrillResult } from '../../verdict/result.ts'
import { palette, text } from './palette.ts'
import type { Bracket, Timeline } from './series.ts'

/** The lanes above the charts, from the top. */
export const LANES = ['phases', 'backup, restore', 'fault', 'RTO', 'RPO'] as const

interface Bar {
  lane: number
  from: number
  to: number
  words: string
  fill: string
  /** The end is not sharp: it lies between `to` and this. */
  latest: number | null
  /** Where the objective ends; null if there is none. */
  objective: number | null
}

/** Steps, operations, fault and heal, RTO and RPO of a drill as bars, in seconds from the fault. */
export function findBars({ steps, bands, fault, range }: Timeline, result: DrillResult | null): Bar[] {
  const sharp = { latest: null, objective: null }
  const end = range[1]
  return [
    ...steps.map(({ name, from, to }) => ({ ...sharp, lane: 0, from, to, words: name, fill: palette.line })),
    ...bands.map(({ name, from, to }) => ({
      ...{ ...sharp, lane: 1, from, to, words: `${name} ${formatDuration((to - from) * 1000)}` },
      fill: name === 'backup' ? palette.backup : palette.restore,
    })),
    ...(fault === null
      ? []
      : [
          {
            ...sharp,
            lane: 2,
            from: fault.from,
            to: fault.healed ?? end,
            words: nameFault(fault),
            fill: palette.fault,
          },
        ]),
    ...(result === null ? [] : [...bracketRto(result), ...bracketRpo(result)]),
  ]
}

const nameFault = ({ name, healed }: NonNullable<Timeline['fault']>): string =>
  `fault: ${name}${healed === null ? '' : `, healed after ${formatDuration(healed * 1000)}`}`

function bracketRto({ rtoMs, objectives }: DrillResult): Bar[] {
  if (rtoMs === null) return []
  const { sure, latest } = toBracket(rtoMs)
  const objective = objectives === null ? null : objectives.rtoMs / 1000
  const words = `RTO ${formatInterval(rtoMs)}${objectives === null ? '' : `, objective ${formatDuration(objectives.rtoMs)}`}`
  return [{ lane: 3, from: 0, to: sure, latest, objective, words, fill: palette.accent }]
}

/** Backwards from the fault: what was written since then is lost. */
function bracketRpo({ rpo, evidence, objectives }: DrillResult): Bar[] {
  if (rpo === null) return []
  const high = Math.max(rpo.oldestLostMs, evidence.loss?.oldestLostAtMostMs ?? 0)
  const { sure, latest } = toBracket({ low: rpo.oldestLostMs, high })
  const aim = objectives === null ? '' : `, objective ${formatDuration(objectives.rpoMs)}`
  const words =
    rpo.lost === 0
      ? `nothing lost${aim}`
      : `RPO ${formatInterval({ low: rpo.oldestLostMs, high })}: ${rpo.lost} of ${rpo.acknowledged} lost${aim}`
  const objective = objectives === null ? null : -objectives.rpoMs / 1000
  return [{ lane: 4, from: 0, to: -sure, latest: -latest, objective, words, fill: palette.accent }]
}

const toBracket = ({ low, high }: { low: number; high: number }): Bracket => ({ sure: low / 1000, latest: high / 1000 })

interface Coordinates {
  coord: (value: [number, number]) => [number, number]
}

const HEIGHT = 13

/** Draws one bar: solid as far as it is sure, outlined up to its latest end, with a tick at the objective. */
export const drawBar =
  (bars: Bar[], [min, max]: [number, number]) =>
  ({ dataIndex }: { dataIndex: number }, { coord }: Coordinates) => {
    const bar = bars[dataIndex]
    if (bar === undefined) return null
    const clip = (seconds: number) => coord([Math.min(max, Math.max(min, seconds)), bar.lane])[0]
    const y = coord([0, bar.lane])[1]
    const box = (from: number, to: number, style: object) => {
      const [left, right] = [Math.min(clip(from), clip(to)), Math.max(clip(from), clip(to))]
      return {
        type: 'rect',
        shape: { x: left, y: y - HEIGHT / 2, width: Math.max(1.5, right - left), height: HEIGHT },
        style,
      }
    }
    const { from, to, latest, objective, words, fill } = bar
    const ends = [from, to, latest ?? to].map(clip)
    const [left, right] = [Math.min(...ends), Math.max(...ends)]
    const long = 6.5 * words.length
    const isInside = right - left > long + 8
    const isMarked = objective !== null && objective >= min && objective <= max
    const tick = isMarked ? clip(objective) : null
    // Words never stand on the tick of the objective.
    const start = tick !== null && tick >= right && tick <= right + 10 + long ? tick : right
    const isLate = start + 6 + long > clip(max)
    const place = isInside
      ? { x: left + 5, align: 'left', fill: bar.lane === 0 ? palette.ink : palette.paper }
      : isLate
        ? { x: left - 6, align: 'right', fill: palette.ink }
        : { x: start + 6, align: 'left', fill: palette.ink }
    const isShown = bar.lane !== 0 || isInside
    return {
      type: 'group',
      children: [
        box(from, to, { fill }),
        ...(latest === null ? [] : [box(to, latest, { fill: 'none', stroke: fill, lineWidth: 1.5 })]),
        ...(tick === null ? [] : [drawTick(tick, y)]),
        ...(isShown
          ? [
              {
                type: 'text',
                style: {
                  text: words,
                  x: place.x,
                  y,
                  fill: place.fill,
                  fontSize: 11,
                  fontFamily: text.fontFamily,
                  textAlign: place.align,
                  textVerticalAlign: 'middle',
                },
              },
            ]
          : []),
      ],
    }
  }

const drawTick = (x: number, y: number) => ({
  type: 'line',
  shape: { x1: x, y1: y - HEIGHT / 2 - 3, x2: x, y2: y + HEIGHT / 2 + 3 },
  style: { stroke: palette.ink, lineWidth: 2 },
})
