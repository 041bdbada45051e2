import type { z } from 'zod'
import { formatBytes, formatDuration } from '../../system/quantity.ts'
import type { DrillResult, Question, Usage } from '../result.ts'
import type { Part } from '../answer.ts'
import type { metricName } from '../schema/ranking.ts'
import { findMedian, type Median } from '../statistics/median.ts'
import { measureSize, type Measurement, readSample, type SampleSize } from '../statistics/sample.ts'
import { isBackUncounted, judgeData } from './data.ts'

export type MetricName = z.infer<typeof metricName>

/** A figure by which tools are compared. Lower is better. */
export interface Metric {
  name: MetricName
  /** For people. */
  label: string
  /** Null if the drill did not measure the figure, or if its value does not count. */
  read: (drill: DrillResult) => Measurement
  /** Formats a value for people. Null if the value is 0 or 1, so that drills are counted. */
  format: ((value: number) => string) | null
}

/** The results of one row by one metric. */
export interface Figure {
  metric: MetricName
  size: SampleSize
  median: Median | null
  /** For people: the upper bound of the median, or a count such as '3 of 20'. */
  text: string
}

/**
 * The metrics in order of importance. Those after RPO count only if the data came back whole: a backup that kept
 * nothing is fast and small, and an empty service starts quickly.
 */
export const metrics: readonly Metric[] = [
  { name: 'lostData', label: 'drills with data lost', read: readLoss, format: null },
  { name: 'failed', label: 'failed drills', read: ({ verdict }) => Number(verdict === 'fail'), format: null },
  { name: 'rpoMs', label: 'RPO', read: measureRpo, format: formatDuration },
  { name: 'rtoMs', label: 'RTO', read: measureRto, format: formatDuration },
  { name: 'backupMs', label: 'backup time', read: ifWhole(readBackupTime), format: formatDuration },
  { name: 'cpuSeconds', label: 'CPU', read: ifWhole(measureCpu), format: (seconds) => formatDuration(seconds * 1000) },
  { name: 'memoryBytes', label: 'memory', read: ifWhole(measureMemory), format: formatBytes },
  { name: 'storedBytes', label: 'stored', read: ifWhole(readStored), format: formatBytes },
]

export function measureFigure({ name, read, format }: Metric, drills: readonly DrillResult[]): Figure {
  const sample = readSample(drills.map(read))
  const size = measureSize(sample)
  const median = findMedian(sample)
  const counted = `${sample.values.filter(({ low }) => low > 0).length} of ${size.values}`
  return { metric: name, size, median, text: median === null ? 'not measured' : (describe(median, format) ?? counted) }
}

/** The upper bound of the median. Null if the metric has no format. */
function describe({ high }: Median, format: Metric['format']): string | null {
  return high === null ? 'never' : (format?.(high) ?? null)
}

/**
 * Growth of the store in bytes. The storage that a snapshot takes is not known, and the bytes that a backup read are
 * not the bytes that it stored.
 */
function readStored({ backup }: DrillResult): number | null {
  const storedBytes = backup?.storedBytes ?? null
  return storedBytes !== null && storedBytes >= 0 ? storedBytes : null
}

function readLoss(drill: DrillResult): Measurement {
  const outcome = judgeData(drill)
  return outcome === 'unknown' ? null : Number(outcome !== 'whole')
}

function readBackupTime({ backup }: DrillResult): number | null {
  return backup?.durationMs ?? null
}

function ifWhole(read: (drill: DrillResult) => number | null): Metric['read'] {
  return (drill) => (judgeData(drill) === 'whole' ? read(drill) : null)
}

/** Age of the oldest lost write, by the earliest and the latest possible fault time. */
export function measureRpo({ rpo, evidence: { loss } }: DrillResult): Measurement {
  if (rpo === null) return null
  const low = rpo.oldestLostMs
  return { low, high: Math.max(low, loss?.oldestLostAtMostMs ?? low) }
}

/**
 * RTO if the service came back with its data. It never ended if the drill was complete, missed its objective, and ended
 * without a service.
 */
export function measureRto(drill: DrillResult): Measurement {
  const { rtoMs, parts, evidence } = drill
  if (rtoMs !== null) return judgeData(drill) === 'whole' || isBackUncounted(drill) ? rtoMs : null
  const has = (question: Question, verdict: Part['verdict']) =>
    parts.some((part) => part.question === question && part.verdict === verdict)
  const { rtoAtLeastMs, outcome } = evidence
  const neverEnded = has('rto', 'fail') && has('course', 'pass') && outcome === 'does not recover'
  return neverEnded && rtoAtLeastMs !== null ? { atLeast: rtoAtLeastMs } : null
}

/** CPU seconds of the tool over backup and restore. */
export function measureCpu(drill: DrillResult): number | null {
  return listUsage(drill)?.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) ?? null
}

/** Peak memory of the tool in bytes, over backup and restore. */
export function measureMemory(drill: DrillResult): number | null {
  const peaks = listUsage(drill)?.map(({ peakMemoryBytes }) => peakMemoryBytes)
  return peaks ? Math.max(...peaks) : null
}

/** Usage of each operation. Null if one of them was not measured: a part must not count as the whole. */
function listUsage({ backup, restore, resources }: DrillResult): Usage[] | null {
  const usage = [...(backup ? [resources.backup] : []), ...(restore ? [resources.restore] : [])]
  const known = usage.filter((each) => each !== null)
  return known.length > 0 && known.length === usage.length ? known : null
}
