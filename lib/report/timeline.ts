import { LineChart } from 'echarts/charts'
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { DrillFact } from '../record/facts.ts'
import { type Band, type Point, readTimeline, type Timeline } from './series.ts'

echarts.use([
  LineChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
])

const size = { width: 960, height: 600 }
const grids = [
  { top: 74, height: 230 },
  { top: 346, height: 80 },
  { top: 468, height: 80 },
].map((grid) => ({ left: 72, right: 20, ...grid }))
const colours = { median: '#1f4e8c', slowest: '#8fb3de', node: '#5b6770', tool: '#0b8a6a', fault: '#c1121f' }
const shades: Record<string, string> = {
  backup: 'rgba(224, 159, 31, 0.20)',
  restore: 'rgba(58, 84, 199, 0.16)',
  'wrong answers': 'rgba(193, 18, 31, 0.16)',
}
const text = { color: '#333', fontSize: 12, fontFamily: 'system-ui, sans-serif' }

/**
 * The course of a drill as an SVG picture: answers of the service, CPU and memory, with backup, fault and restore marked.
 * `place` is a name that no other picture of a page has.
 */
export function drawTimeline(facts: DrillFact[], place = 'picture'): string {
  const timeline = readTimeline(facts)
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(layOut(timeline))
    return nameParts(chart.renderToSVGString(), place)
  } finally {
    chart.dispose()
  }
}

/** ECharts numbers its names over the life of the process. New names make the pictures of the same facts equal. */
function nameParts(svg: string, place: string): string {
  const names = new Map<string, string>()
  return svg.replace(/\bzr\d+-[a-z]+-?\d+\b/g, (id) => {
    const name = names.get(id) ?? `${place}-${names.size}`
    names.set(id, name)
    return name
  })
}

function layOut(timeline: Timeline) {
  const { medianMs, slowestMs, usage, range } = timeline
  const [min, max] = range
  const names = ['answer time (ms)', 'CPU (cores)', 'memory (MiB)']
  return {
    animation: false,
    backgroundColor: '#fff',
    textStyle: text,
    grid: grids,
    legend: { top: 4, left: 60, itemGap: 18, icon: 'roundRect', itemHeight: 4, textStyle: text, selectedMode: false },
    title: names.map((name, index) => ({
      text: name,
      left: 8,
      top: (grids[index]?.top ?? 0) - (index === 0 ? 44 : 28),
      textStyle: { ...text, fontWeight: 'bold' },
    })),
    xAxis: grids.map((_, gridIndex) => ({
      type: 'value',
      gridIndex,
      min,
      max,
      name: gridIndex === 2 ? `seconds from the ${timeline.fault === null ? 'first probe' : 'fault'}` : '',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: { show: gridIndex === 2, showMinLabel: false, showMaxLabel: false, ...text },
      axisLine: { onZero: false },
      splitLine: { lineStyle: { color: '#eee' } },
    })),
    yAxis: grids.map((_, gridIndex) => ({
      gridIndex,
      ...(gridIndex === 0 ? { type: 'log' } : { type: 'value', splitNumber: 2, min: 0 }),
      axisLabel: text,
      axisLine: { onZero: false },
      splitLine: { lineStyle: { color: '#eee' } },
    })),
    series: [
      { ...line('slowest answer', slowestMs, 0, colours.slowest), ...mark(timeline, true) },
      line('median answer', medianMs, 0, colours.median),
      { ...line('nodes', usage.node.cores, 1, colours.node), ...mark(timeline, false) },
      line('backup tool', usage.tool.cores, 1, colours.tool),
      { ...line('nodes', usage.node.memoryMiB, 2, colours.node), ...mark(timeline, false) },
      line('backup tool', usage.tool.memoryMiB, 2, colours.tool),
    ],
  }
}

function line(name: string, data: Point[], axis: number, color: string) {
  const axes = { xAxisIndex: axis, yAxisIndex: axis }
  return { type: 'line', name, data, ...axes, color, showSymbol: false, lineStyle: { width: 1.5, color } }
}

/** The bands of operations and outages, and the line of the fault. Only the topmost grid has their names. */
function mark({ bands, outages, fault }: Timeline, named: boolean) {
  const area = ({ name, from, to }: Band, label: boolean) => {
    const position = name === 'wrong answers' ? 'insideBottom' : 'insideTop'
    const style = { itemStyle: { color: shades[name] }, label: { show: label, position, ...text } }
    return [{ name, xAxis: from, ...style }, { xAxis: to }]
  }
  // Outages belong to the grid of answers. Only the first one has a name.
  const areas = [
    ...bands.map((band) => area(band, named)),
    ...(named ? outages : []).map((band, index) => area(band, index === 0)),
  ]
  const label = {
    show: named,
    formatter: `fault: ${fault ?? ''}`,
    color: colours.fault,
    fontSize: 12,
    fontFamily: text.fontFamily,
  }
  return {
    markArea: { silent: true, data: areas },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: colours.fault, type: 'dashed', width: 1.5 },
      label,
      data: fault === null ? [] : [{ xAxis: 0 }],
    },
  }
}
