import type { DrillResult } from '../result.ts'
import { adjustByHolm, contrast, type Contrast } from '../statistics/contrast.ts'
import { type Change, type Compared, correct, describeSide, groupRows, isAble, measureGrowth } from './compare.ts'

/** The drills of one run, in the order of the runs. */
export type Runs = readonly (readonly DrillResult[])[]

/** A figure of a row over several runs. */
export interface Course {
  row: string
  figure: Compared
  /** Of each run. */
  sides: Change['before'][]
  /** The change that is shown best, and the index of the first run after it. Null if none is shown. */
  change: {
    at: number
    worse: boolean
    before: Change['before']
    after: Change['after']
    growth: Change['growth']
  } | null
  /** For people: why no change is shown, or how well it is. */
  reason: string
}

/**
 * How each figure of each row went over the runs. All runs before a point are compared with all from it on, for each point. With many
 * comparisons at once, the chance of even one false claim among all of them is limited by Holm's correction.
 */
export function findCourses(
  runs: Runs,
  nameRow: (drill: DrillResult) => string,
  figures: readonly Compared[],
): Course[] {
  const grouped = runs.map((drills) => groupRows(drills, nameRow))
  const rows = [...new Set(grouped.flatMap((rows) => [...rows.keys()]))]
  const drafts = rows.flatMap((row) =>
    figures.flatMap((figure) => {
      const values = grouped.map((each) => (each.get(row) ?? []).map(figure.read))
      if (!values.flat().some((value) => value !== null)) return []
      return [{ row, figure, values, splits: splitAll(values) }]
    }),
  )
  const able = drafts.flatMap(({ splits }) => splits).filter(({ found }) => isAble(found))
  const adjusted = adjustByHolm(able.map(({ found }) => found.p ?? 1))
  const pOf = new Map(able.map((split, index) => [split, adjusted[index] ?? 1]))
  return drafts.map(({ row, figure, values, splits }) => {
    const sides = values.map(describeSide)
    const ordered = splits.toSorted((one, other) => (pOf.get(one) ?? 2) - (pOf.get(other) ?? 2))
    const [best] = ordered
    if (best === undefined) return { row, figure, sides, change: null, reason: 'only one run measured it' }
    const { verdict, reason } = correct(best.found, pOf.get(best) ?? null)
    if (verdict === '~') return { row, figure, sides, change: null, reason }
    const [before, after] = [describeSide(best.before), describeSide(best.after)]
    const growth = measureGrowth(before.median, after.median)
    return { row, figure, sides, change: { at: best.at, worse: verdict === 'greater', before, after, growth }, reason }
  })
}

interface Split {
  /** Index of the first run after it. */
  at: number
  before: ReturnType<Compared['read']>[]
  after: ReturnType<Compared['read']>[]
  found: Contrast
}

/** The splits that have values on both sides. */
function splitAll(values: readonly Split['before'][]): Split[] {
  return values.slice(1).flatMap((_, index) => {
    const at = index + 1
    const [before, after] = [values.slice(0, at).flat(), values.slice(at).flat()]
    const found = contrast(after, before)
    return values[at]?.length === 0 || found.sizeA.values === 0 || found.sizeB.values === 0
      ? []
      : [{ at, before, after, found }]
  })
}
