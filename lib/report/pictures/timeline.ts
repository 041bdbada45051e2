import type { DrillFact } from '../../record/facts.ts'
import type { DrillResult } from '../../verdict/result.ts'
import { drawBar, findBars, LANES } from './lanes.ts'
import { palette, quietText, text } from './palette.ts'
import { drawPicture } from './picture.ts'
import { type Band, OUTCOMES, type Point, type ProbeOutcome, readTimeline, type Span, type Timeline } from './series.ts'

const size = { width: 960, height: 610 }
const grids = [
  { top: 8, height: 118 },
  { top: 168, height: 190 },
  { top: 394, height: 66 },
  { top: 494, height: 66 },
].map((grid) => ({ left: 104, right: 20, ...grid }))

const names = [
  '',
  'answer time (ms)   ┃ right, fastest to slowest   ── median   ┄┄ 99 %   × wrong   ▽ no answer',
  'CPU (cores)   ── backup tool   ┄┄ nodes',
  'memory (MiB)   ── backup tool   ┄┄ nodes',
]

/**
 * The course of a drill as an SVG picture on one axis of time: phases, backup, fault, restore, RTO and RPO; answers of the service by
 * their outcome; CPU and memory. `place` is a name that no other picture of a page has.
 */
export function drawTimeline(facts: DrillFact[], place = 'picture', result: DrillResult | null = null): string {
  return drawPicture(layOut(readTimeline(facts), result), size, place)
}

function layOut(timeline: Timeline, result: DrillResult | null) {
  const { medianMs, p99Ms, usage, range } = timeline
  const [min, max] = range
  const bars = findBars(timeline, result)
  const axisLine = { onZero: false, lineStyle: { color: palette.line } }
  return {
    textStyle: text,
    grid: grids,
    title: names.map((name, index) => ({
      text: name,
      left: 0,
      top: (grids[index]?.top ?? 0) - 26,
      textStyle: { ...quietText, fontWeight: 'normal' },
    })),
    xAxis: grids.map((_, gridIndex) => ({
      type: 'value',
      gridIndex,
      min,
      max,
      name: gridIndex === 3 ? `seconds from the ${timeline.fault === null ? 'first probe' : 'fault'}` : '',
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: quietText,
      axisLabel: { show: gridIndex === 3, showMinLabel: false, showMaxLabel: false, ...quietText },
      axisLine,
      axisTick: { show: gridIndex === 3 },
      splitLine: { lineStyle: { color: palette.line } },
    })),
    yAxis: grids.map((_, gridIndex) => ({ gridIndex, axisLine, ...layOutValues(gridIndex) })),
    series: [
      {
        type: 'custom',
        silent: true,
        data: bars.map(({ from, lane }) => [from, lane]),
        renderItem: drawBar(bars, range),
      },
      ...OUTCOMES.map((outcome) => drawProbes(timeline.probes[outcome], outcome)),
      { ...line('median answer', medianMs, 1, palette.right), ...mark(timeline, true) },
      line('99 % of answers', p99Ms, 1, palette.right, true),
      { ...line('nodes', usage.node.cores, 2, palette.node, true), ...mark(timeline, false) },
      line('backup tool', usage.tool.cores, 2, palette.restore),
      { ...line('nodes', usage.node.memoryMiB, 3, palette.node, true), ...mark(timeline, false) },
      line('backup tool', usage.tool.memoryMiB, 3, palette.restore),
    ],
  }
}

function layOutValues(gridIndex: number): object {
  const splitLine = { lineStyle: { color: palette.line } }
  if (gridIndex === 0)
    return {
      type: 'category',
      data: LANES,
      inverse: true,
      axisTick: { show: false },
      axisLabel: { ...quietText, interval: 0 },
      splitLine: { show: false },
    }
  if (gridIndex === 1) return { type: 'log', axisLabel: quietText, splitLine }
  return { type: 'value', splitNumber: 2, min: 0, axisLabel: quietText, splitLine }
}

function line(name: string, data: Point[], axis: number, color: string, isDashed = false) {
  const axes = { xAxisIndex: axis, yAxisIndex: axis }
  const lineStyle = { width: 1.5, color, type: isDashed ? 'dashed' : 'solid' }
  return { type: 'line', name, data, ...axes, color, showSymbol: false, lineStyle, emphasis: { disabled: true } }
}

interface Coordinates {
  coord: (value: [number, number]) => [number, number]
}

/** All spans of one outcome as one path: a bar from the fastest to the slowest, or a mark at each of the two. */
function drawProbes(spans: Span[], outcome: ProbeOutcome) {
  const [first] = spans
  // The axis has to reach these two. More points would cost time and draw nothing.
  const ends = first === undefined ? [] : findExtremes(spans).map((ms) => [first.at, ms])
  const renderItem = ({ dataIndex }: { dataIndex: number }, { coord }: Coordinates) => {
    if (dataIndex > 0 || first === undefined) return null
    const d = spans.map(({ at, fastestMs, slowestMs }) => {
      const [x, slow] = coord([at, slowestMs])
      const fast = coord([at, fastestMs])[1]
      if (outcome === 'right') return `M${round(x)} ${round(fast + 0.5)}V${round(slow - 0.5)}`
      const marks = slow === fast ? [slow] : [fast, slow]
      return marks.map((y) => drawMark(outcome, x, y)).join('')
    })
    const color = outcome === 'right' ? palette.right : palette.wrong
    const style = {
      stroke: color,
      fill: 'none',
      lineWidth: outcome === 'right' ? 2 : 1.3,
      opacity: outcome === 'right' ? 0.4 : 1,
    }
    return { type: 'path', shape: { pathData: d.join('') }, style }
  }
  return { type: 'custom', name: outcome, xAxisIndex: 1, yAxisIndex: 1, silent: true, data: ends, renderItem }
}

const findExtremes = (spans: Span[]): number[] => [
  Math.min(...spans.map(({ fastestMs }) => fastestMs)),
  Math.max(...spans.map(({ slowestMs }) => slowestMs)),
]

const drawMark = (outcome: ProbeOutcome, x: number, y: number): string =>
  outcome === 'wrong'
    ? `M${round(x - 2.5)} ${round(y - 2.5)}l5 5m0 -5l-5 5`
    : `M${round(x - 3)} ${round(y - 3)}h6l-3 5z`

const round = (value: number): number => Math.round(value * 10) / 10

/** The bands of operations and outages, and the line of the fault, behind a chart. */
function mark({ bands, outages, fault }: Timeline, isAnswers: boolean) {
  const area = ({ name, from, to }: Band, color: string, opacity: number) => [
    { name, xAxis: from, itemStyle: { color, opacity }, label: { show: false } },
    { xAxis: to },
  ]
  const areas = [
    ...bands.map((band) => area(band, band.name === 'backup' ? palette.backup : palette.restore, 0.13)),
    ...(isAnswers ? outages : []).map((band) => area(band, palette.wrong, 0.13)),
  ]
  return {
    markArea: { silent: true, data: areas },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: palette.fault, type: 'dashed', width: 1.5 },
      label: { show: false },
      data: fault === null ? [] : [{ xAxis: 0 }],
    },
  }
}
