import { formatDuration } from '../../system/quantity.ts'
import { drawPicture } from './picture.ts'
import { palette, quietText, text } from './palette.ts'

/** A strategy in the picture: medians, and their 95 % intervals where there are enough values. */
export interface ParetoPoint {
  name: string
  rtoMs: number
  rto: { low: number; high: number } | null
  cost: number
  costs: { low: number; high: number } | null
  /** Nobody is better in one of the two and as good in the other. */
  isFront: boolean
}

const size = { width: 560, height: 330 }

/** A shape for each strategy, so that no colour is needed to tell them apart. */
const SHAPES = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow', 'roundRect'] as const

/** Recovery time against CPU of the tool. The best are at the bottom left. */
export function drawPareto(points: ParetoPoint[], place: string): string {
  const ends: [number, number] = [
    1.15 * Math.max(1, ...points.map(({ rtoMs, rto }) => Math.max(rtoMs, rto?.high ?? 0))),
    1.15 * Math.max(0.01, ...points.map(({ cost, costs }) => Math.max(cost, costs?.high ?? 0))),
  ]
  const axis = { type: 'value', min: 0, axisLine: { show: true, onZero: false, lineStyle: { color: palette.line } } }
  const options = {
    textStyle: text,
    grid: margins,
    xAxis: {
      ...axis,
      max: ends[0],
      splitNumber: 5,
      name: 'recovery time (RTO)',
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: quietText,
      axisLabel: { ...quietText, showMaxLabel: false, formatter: (value: number) => formatDuration(value) },
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      max: ends[1],
      splitNumber: 4,
      name: 'CPU seconds of the tool',
      nameTextStyle: { ...quietText, align: 'left', padding: [0, 0, 0, -50] },
      axisLabel: { ...quietText, showMaxLabel: false },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: [
      {
        type: 'line',
        // Behind the points and their names.
        z: 1,
        data: drawFront(points),
        silent: true,
        showSymbol: false,
        lineStyle: { color: palette.accent, width: 1.5, type: 'dashed' },
        emphasis: { disabled: true },
      },
      {
        type: 'custom',
        silent: true,
        data: points.map(({ rtoMs, cost }) => [rtoMs, cost]),
        renderItem: drawBars(points),
      },
      {
        type: 'scatter',
        symbolSize: 12,
        data: points.map((point, index) => drawPoint(point, index, placeLabels(points, ends)[index] ?? 'right')),
        emphasis: { disabled: true },
      },
    ],
  }
  return drawPicture(options, size, place)
}

const margins = { left: 58, right: 24, top: 30, bottom: 46 }

/** The steps between the points of the front. */
function drawFront(points: ParetoPoint[]): [number, number][] {
  const front = points.filter(({ isFront }) => isFront).toSorted((a, b) => a.rtoMs - b.rtoMs)
  return front.flatMap((point, index): [number, number][] => {
    const before = front[index - 1]
    return [
      ...(before === undefined ? [] : [[point.rtoMs, before.cost] as [number, number]]),
      [point.rtoMs, point.cost],
    ]
  })
}

const drawPoint = (point: ParetoPoint, index: number, position: Side) => ({
  value: [point.rtoMs, point.cost],
  symbol: SHAPES[index % SHAPES.length],
  itemStyle: {
    color: point.isFront ? palette.accent : palette.paper,
    borderColor: point.isFront ? palette.accent : palette.quiet,
    borderWidth: 2,
    opacity: 1,
  },
  label: {
    ...{ show: true, formatter: () => shorten(point.name), position, distance: 7, ...text },
    // The line of the front may run behind the name.
    ...{ textBorderColor: palette.paper, textBorderWidth: 4 },
  },
})

type Side = 'right' | 'left' | 'top' | 'bottom'
type Box = [left: number, top: number, right: number, bottom: number]

/** A side for the name of each point, so that it covers no other name and no point; the right where there is none. */
function placeLabels(points: ParetoPoint[], [right, top]: [number, number]): Side[] {
  const [width, height] = [size.width - margins.left - margins.right, size.height - margins.top - margins.bottom]
  const centres = points.map(({ rtoMs, cost }): [number, number] => [
    margins.left + (rtoMs / right) * width,
    margins.top + height - (cost / top) * height,
  ])
  const taken = centres.map(([x, y]): Box => [x - 8, y - 8, x + 8, y + 8])
  return points.map(({ name }, index) => {
    const [x, y] = centres[index] ?? [0, 0]
    const long = 6.6 * shorten(name).length
    const boxes: Record<Side, Box> = {
      right: [x + 9, y - 8, x + 9 + long, y + 8],
      left: [x - 9 - long, y - 8, x - 9, y + 8],
      top: [x - long / 2, y - 26, x + long / 2, y - 9],
      bottom: [x - long / 2, y + 9, x + long / 2, y + 26],
    }
    const isFree = ([left, up, end, down]: Box) =>
      left > 0 &&
      end < size.width &&
      !taken.some((box) => left < box[2] && end > box[0] && up < box[3] && down > box[1])
    const side = (Object.keys(boxes) as Side[]).find((each) => isFree(boxes[each])) ?? 'right'
    taken.push(boxes[side])
    return side
  })
}

const shorten = (name: string): string => (name.length > 32 ? `${name.slice(0, 31)}…` : name)

interface Coordinates {
  coord: (value: [number, number]) => [number, number]
}

/** The intervals as bars through each point. */
const drawBars =
  (points: ParetoPoint[]) =>
  ({ dataIndex }: { dataIndex: number }, { coord }: Coordinates) => {
    const point = points[dataIndex]
    if (point === undefined) return null
    const line = (from: [number, number], to: [number, number]) => {
      const [[x1, y1], [x2, y2]] = [coord(from), coord(to)]
      return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: palette.quiet, lineWidth: 1.5 } }
    }
    const { rtoMs, rto, cost, costs } = point
    return {
      type: 'group',
      children: [
        ...(rto === null ? [] : [line([rto.low, cost], [rto.high, cost])]),
        ...(costs === null ? [] : [line([rtoMs, costs.low], [rtoMs, costs.high])]),
      ],
    }
  }
