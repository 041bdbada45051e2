import { nameCondition } from '../../verdict/ranking/candidates.ts'
import { type DrillResult, nameStrategy } from '../../verdict/result.ts'
import type { Compared, Side } from '../../verdict/runs/compare.ts'

/** 'velero/file-system × volume-loss (istio, ledger)' */
export const nameRow = (drill: DrillResult): string => `${nameStrategy(drill)} × ${nameCondition(drill)}`

/** '8.1 s (7.9 s–8.4 s), n = 20'; without an interval for fewer than 5 values. */
export function describeSide({ n, median }: Side, { format }: Pick<Compared<never>, 'format'>): string {
  if (median === null) return 'not measured'
  const words = (value: number | null) =>
    value === null ? 'never' : (format?.(value) ?? `${Number((100 * value).toFixed(1))} %`)
  const { confidence } = median
  const interval = confidence === null ? '' : ` (${words(confidence.low)}–${words(confidence.high)})`
  return `${words(median.high)}${interval}, n = ${n}`
}

/** '+4 % to +12 %'; empty where it is not known. */
export function describeGrowth(growth: { low: number; high: number } | null): string {
  if (growth === null) return ''
  const percent = (share: number) => `${share > 0 ? '+' : ''}${Math.round(100 * share)} %`
  return `${percent(growth.low)} to ${percent(growth.high)}`
}
