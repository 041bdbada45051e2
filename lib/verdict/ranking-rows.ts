import { type Figure, measureFigure, metrics } from './ranking-figures.ts'
import type { DrillResult } from './result.ts'

/** What drills must share to be compared. */
export type Condition = Pick<DrillResult, 'mesh' | 'fault' | 'workload'>

/** The repetitions of a drill by one contender. */
export interface Row {
  condition: Condition
  drills: DrillResult[]
  figures: Figure[]
}

/** The rows that drills make up, in the order of their conditions' names. */
export function findRows(drills: readonly DrillResult[]): Row[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills) groups.set(keyOf(drill), [...(groups.get(keyOf(drill)) ?? []), drill])
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group
      if (!first) return []
      const { mesh, fault, workload } = first
      const figures = metrics.map((metric) => measureFigure(metric, group))
      return [{ condition: { mesh, fault, workload }, drills: group, figures }]
    })
}

export function keyOf({ fault, mesh, workload }: Condition): string {
  return JSON.stringify([fault, mesh, workload])
}

/** 'volume-corruption (istio, ledger)'. */
export function nameCondition({ fault, mesh, workload }: Condition): string {
  return `${fault ?? 'unknown fault'} (${mesh ?? 'unknown mesh'}, ${workload ?? 'unknown workload'})`
}
