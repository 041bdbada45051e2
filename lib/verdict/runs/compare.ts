import { formatDuration } from '../../system/quantity.ts'
import { type Metric, measureRto, metrics } from '../ranking/metrics.ts'
import { type DrillResult, isControl } from '../result.ts'
import { adjustByHolm, contrast, type Contrast, decide, decision, type Order } from '../statistics/contrast.ts'
import { findMedian, type Median } from '../statistics/median.ts'
import { type Measurement, readSample } from '../statistics/sample.ts'

/** A figure that two groups are compared by. Lower is better. */
export interface Compared<Each = DrillResult> {
  /** For people. */
  label: string
  read: (each: Each) => Measurement
  /** Null if the value is 0 or 1, so that drills are counted. */
  format: Metric['format']
}

const metricOf = (name: Metric['name']): Compared => {
  const found = metrics.find((metric) => metric.name === name)
  if (found === undefined) throw new Error(`there is no metric "${name}"`)
  return found
}

const restoreTime: Compared = {
  label: 'restore time',
  read: ({ restore }) => restore?.durationMs ?? null,
  format: formatDuration,
}

/** What a mesh may cost. */
export const MESH_FIGURES: readonly Compared[] = [
  metricOf('backupMs'),
  restoreTime,
  { label: 'RTO', read: measureRto, format: formatDuration },
  { label: 'p99 under load', read: ({ load }) => load?.p99Ms ?? null, format: formatDuration },
  metricOf('cpuSeconds'),
]

/** What may become worse from run to run. */
export const RUN_FIGURES: readonly Compared[] = [
  ...metrics.filter(({ name }) => name !== 'lostData' && name !== 'failed'),
  restoreTime,
  metricOf('lostData'),
  metricOf('failed'),
]

/** How a figure of a row changed from one group to another. */
export interface Change<Each = DrillResult> {
  row: string
  figure: Compared<Each>
  before: Side
  after: Side
  /** Relative growth of the median, such as 0.1 for 10 % more. Null if it is not known, or has no base. */
  growth: { low: number; high: number } | null
  /** `~` if nothing is shown. */
  verdict: 'better' | 'worse' | '~'
  /** For people. */
  reason: string
}

export interface Side {
  /** Number of values. */
  n: number
  median: Median | null
}

/** Two groups of one row. */
export interface Pair<Each = DrillResult> {
  row: string
  before: readonly Each[]
  after: readonly Each[]
}

/** Whether a drill counts for comparisons. */
export const isCounted = (drill: DrillResult): boolean =>
  !isControl(drill) && drill.verdict !== 'skipped' && drill.verdict !== 'inconclusive'

/** The drills that count, by the name of their row. */
export function groupRows(drills: readonly DrillResult[], nameRow: (drill: DrillResult) => string) {
  const rows = new Map<string, DrillResult[]>()
  for (const drill of drills.filter(isCounted)) rows.set(nameRow(drill), [...(rows.get(nameRow(drill)) ?? []), drill])
  return rows
}

/**
 * Compares each figure of each pair. With many comparisons at once, the chance of even one false claim among all of them is limited
 * by Holm's correction. Figures that one side did not measure are left out.
 */
export function comparePairs<Each>(pairs: readonly Pair<Each>[], figures: readonly Compared<Each>[]): Change<Each>[] {
  const found = pairs.flatMap(({ row, before, after }) =>
    figures.flatMap((figure) => {
      const [old, now] = [before.map(figure.read), after.map(figure.read)]
      const contrasted = contrast(now, old)
      if (contrasted.sizeA.values === 0 || contrasted.sizeB.values === 0) return []
      return [{ row, figure, old, now, contrasted }]
    }),
  )
  const able = found.filter(({ contrasted }) => isAble(contrasted))
  const adjusted = adjustByHolm(able.map(({ contrasted }) => contrasted.p ?? 1))
  return found.map((each) => {
    const { row, figure, old, now, contrasted } = each
    const [before, after] = [describeSide(old), describeSide(now)]
    const { verdict, reason } = correct(contrasted, adjusted[able.indexOf(each)] ?? null)
    const words = { less: 'better', greater: 'worse', '~': '~' } as const
    return {
      row,
      figure,
      before,
      after,
      growth: measureGrowth(before.median, after.median),
      verdict: words[verdict],
      reason,
    }
  })
}

/** A comparison that cannot show a difference adds nothing to the chance of a false claim. */
export const isAble = ({ enough, constant }: Contrast): boolean => enough && !constant

/** The verdict with a corrected p. */
export function correct(found: Contrast, p: number | null): { verdict: Order; reason: string } {
  const shown = found.verdict !== '~' && p !== null && found.delta !== null
  return shown ? decide({ delta: found.delta ?? 0, p }, decision.familyAlpha) : found
}

export function describeSide(values: readonly Measurement[]): Side {
  const sample = readSample(values)
  return { n: sample.values.length, median: findMedian(sample) }
}

/** From the one confidence interval to the other, so that it is rather too wide. Null without both. */
export function measureGrowth(before: Median | null, after: Median | null): { low: number; high: number } | null {
  const [old, now] = [before?.confidence, after?.confidence]
  if (!old || !now || old.high === null || now.high === null || old.low <= 0 || old.high <= 0) return null
  return { low: now.low / old.high - 1, high: now.high / old.low - 1 }
}
