import type { DrillResult } from '../verdict/result.ts'
import type { Column } from './column.ts'
import { axes } from './columns.ts'

/** The axes in which drills differ, and those that are the same in all of them. */
export function splitAxes(drills: readonly DrillResult[]): { differing: Column[]; constant: Column[] } {
  const isDiffering = ({ text }: Column): boolean => new Set(drills.map(text)).size > 1
  return { differing: axes.filter(isDiffering), constant: axes.filter((axis) => !isDiffering(axis)) }
}

/** 'mesh istio · workload ledger' */
export const describeAxes = (drill: DrillResult, shown: readonly Column[]): string =>
  shown.map(({ title, text }) => `${title} ${text(drill)}`).join(' · ')
