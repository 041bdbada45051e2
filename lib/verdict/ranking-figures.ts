import { findMedian, type Median } from './median.ts'
import { formatBytes, formatDuration } from './objectives.ts'
import { judgeData, measureCpu, measureMemory, measureRpo, measureRto } from './ranking-drills.ts'
import type { DrillResult } from './result.ts'
import { measureSize, type Measurement, readSample, type SampleSize } from './sample.ts'

export type MetricName =
  'lostData' | 'failed' | 'rtoMs' | 'rpoMs' | 'backupMs' | 'cpuSeconds' | 'memoryBytes' | 'storedBytes'

/** One thing that tools are compared by; lower is better in all of them. */
export interface Metric {
  name: MetricName
  /** For people. */
  label: string
  /** Null where the drill did not measure it, or measured it on something that does not count. */
  read: (drill: DrillResult) => Measurement
  /** A value for people; null where a drill's value is 0 or 1, and is counted. */
  format: ((value: number) => string) | null
}

/** What drills of one kind measured of a contender by one metric. */
export interface Figure {
  metric: MetricName
  size: SampleSize
  median: Median | null
  /** For people: the median's upper bound, or how many of how many. */
  text: string
}

/**
 * What follows RPO counts only where the data came back whole: a backup that kept nothing is fast and small, and a service
 * that comes back empty comes back soon.
 */
export const metrics: readonly Metric[] = [
  { name: 'lostData', label: 'drills with data lost', read: readLoss, format: null },
  { name: 'failed', label: 'failed drills', read: ({ verdict }) => Number(verdict === 'fail'), format: null },
  { name: 'rpoMs', label: 'RPO', read: measureRpo, format: formatDuration },
  { name: 'rtoMs', label: 'RTO', read: measureRto, format: formatDuration },
  { name: 'backupMs', label: 'backup time', read: ifWhole(readBackupTime), format: formatDuration },
  { name: 'cpuSeconds', label: 'CPU', read: ifWhole(measureCpu), format: (seconds) => formatDuration(seconds * 1000) },
  { name: 'memoryBytes', label: 'memory', read: ifWhole(measureMemory), format: formatBytes },
  { name: 'storedBytes', label: 'stored', read: ifWhole(({ backup }) => backup?.bytes ?? null), format: formatBytes },
]

export function measureFigure({ name, read, format }: Metric, drills: readonly DrillResult[]): Figure {
  const sample = readSample(drills.map(read))
  const size = measureSize(sample)
  const median = findMedian(sample)
  const counted = `${sample.values.filter(({ low }) => low > 0).length} of ${size.values}`
  return { metric: name, size, median, text: median === null ? 'not measured' : (describe(median, format) ?? counted) }
}

/** By the upper bound; null where there is no format. */
function describe({ high }: Median, format: Metric['format']): string | null {
  return high === null ? 'never' : (format?.(high) ?? null)
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
