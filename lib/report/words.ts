import { formatDuration, formatInterval } from '../system/duration.ts'
import { formatBytes } from '../system/bytes.ts'
import type { DrillResult, Usage } from '../verdict/result.ts'

const unmeasured = 'not measured'

/** The figures of a drill in words, the same in terminal, page and attachment. */
export function describeFigures(result: DrillResult) {
  const { rtoMs, rpo, backup, restore, objectives } = result
  const within = (limitMs: number | undefined) => (limitMs === undefined ? '' : formatDuration(limitMs))
  return {
    rto: rtoMs ? formatInterval(rtoMs) : unmeasured,
    rtoObjective: within(objectives?.rtoMs),
    rpo: rpo ? describeLoss(rpo) : unmeasured,
    rpoObjective: within(objectives?.rpoMs),
    backup: backup ? describeMove(backup.durationMs, backup.bytes) : unmeasured,
    restore: restore ? describeMove(restore.durationMs, null) : unmeasured,
  }
}

export function describeUsage(usage: Usage | null): string {
  return usage ? `${usage.cpuSeconds.toFixed(1)} CPU s, peak ${formatBytes(usage.peakMemoryBytes)}` : unmeasured
}

export function describeAxes({ tool, strategy, mesh, fault, workload, repetition }: DrillResult): string {
  const axes = [tool, strategy, mesh, fault, workload].filter((axis) => axis !== null)
  return [...axes, ...(repetition === null ? [] : [`repetition ${repetition}`])].join(' · ')
}

/** A value that may not have been measured. */
export function describe<Value>(value: Value | null, words: (value: Value) => string): string {
  return value === null ? unmeasured : words(value)
}

function describeLoss({ acknowledged, lost, oldestLostMs }: NonNullable<DrillResult['rpo']>): string {
  const age = lost === 0 ? '' : `, the oldest ${formatDuration(oldestLostMs)} before the fault`
  return `${lost} of ${acknowledged} writes lost${age}`
}

function describeMove(durationMs: number | null, bytes: number | null): string {
  const duration = describe(durationMs, formatDuration)
  return bytes === null ? duration : `${duration}, ${formatBytes(bytes)}`
}
