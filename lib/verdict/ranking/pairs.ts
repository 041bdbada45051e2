import type { z } from 'zod'
import { type Condition, keyOf, type Row } from './candidates.ts'
import { type MetricName, metrics } from './metrics.ts'
import type { metricComparison, pairSummary } from '../schema/ranking.ts'
import { adjustByHolm, type Contrast, contrast, decide, decision } from '../statistics/contrast.ts'

/** A candidate of the ranking, as one side of a comparison. `name` is unique. */
export interface Contender {
  name: string
  rows: Row[]
  lostData: boolean
}

/** Comparison of a contender with a rival by one metric under one condition. */
export type MetricComparison = z.infer<typeof metricComparison>

/** Comparison of a contender with one rival by all metrics that both have values of. */
export interface PairComparison {
  rival: string
  /** Conditions under which both were drilled. */
  conditions: Condition[]
  comparisons: MetricComparison[]
  /**
   * True if at least one figure is shown to be better than that of the rival, none looks worse, and none has too few
   * values. A contender that lost data never dominates one that did not.
   */
  dominates: boolean
}

/** A pair in the results: the number of comparisons, and those that show a difference. */
export type PairSummary = z.infer<typeof pairSummary>

export function summarisePair({ comparisons, ...pair }: PairComparison): PairSummary {
  return {
    ...pair,
    compared: comparisons.length,
    tooFew: comparisons.filter(({ tooFew }) => tooFew).length,
    differences: comparisons.filter(({ verdict, looksWorse }) => verdict !== '~' || looksWorse),
  }
}

/** Compares each contender with every other one. The keys are the names of the contenders. */
export function comparePairs(contenders: readonly Contender[]): Map<string, PairComparison[]> {
  const matched = contenders.flatMap((own) =>
    contenders.filter((rival) => rival !== own).map((rival) => ({ own, rival, ...matchFigures(own, rival) })),
  )
  const correct = correctAll(matched.flatMap(({ matches }) => matches))
  const pairsOf = (contender: Contender) =>
    matched
      .filter(({ own }) => own === contender)
      .map(({ own, rival, conditions, matches }): PairComparison => {
        const comparisons = matches.map((match) => judgeMatch(match, correct(match)))
        const better = comparisons.some(({ verdict }) => verdict === 'less')
        const doubtful =
          comparisons.some(({ looksWorse, tooFew }) => looksWorse || tooFew) || (own.lostData && !rival.lostData)
        return { rival: rival.name, conditions, comparisons, dominates: better && !doubtful }
      })
  return new Map(contenders.map((contender) => [contender.name, pairsOf(contender)]))
}

/**
 * Pareto fronts. The first front holds all that no other dominates. The next front holds those that only earlier fronts
 * dominate. Dominance can form a circle, because each pair may share another fault. The contenders of a circle share
 * one front.
 */
export function findFronts(names: readonly string[], pairs: ReadonlyMap<string, PairComparison[]>): string[][] {
  const dominates = (by: string, name: string) =>
    pairs.get(by)?.some((pair) => pair.dominates && pair.rival === name) === true
  const fronts: string[][] = []
  let remaining = [...names]
  while (remaining.length > 0) {
    const among = remaining
    const free = among.filter((name) => !among.some((by) => dominates(by, name)))
    const front = free.length > 0 ? free : among
    fronts.push(front)
    remaining = among.filter((name) => !front.includes(name))
  }
  return fronts
}

interface Match {
  /** Equal for both directions of a pair. */
  key: string
  condition: Condition
  metric: MetricName
  texts: { own: string; rival: string }
  contrast: Contrast
}

/** Matches the figures of both sides by metric and condition. */
function matchFigures(own: Contender, rival: Contender): { conditions: Condition[]; matches: Match[] } {
  const shared = own.rows.flatMap((row) => {
    const other = rival.rows.find(({ condition }) => keyOf(condition) === keyOf(row.condition))
    return other ? [[row, other] as const] : []
  })
  const matches = shared.flatMap(([{ condition, drills, figures }, other]) =>
    metrics.flatMap(({ name, read }) => {
      const [ownFigure, rivalFigure] = [figures, other.figures].map((all) => all.find(({ metric }) => metric === name))
      if (!ownFigure?.size.values || !rivalFigure?.size.values) return []
      const found = contrast(drills.map(read), other.drills.map(read))
      const key = JSON.stringify([...[own.name, rival.name].toSorted(), keyOf(condition), name])
      return [
        { key, condition, metric: name, texts: { own: ownFigure.text, rival: rivalFigure.text }, contrast: found },
      ]
    }),
  )
  return { conditions: shared.map(([{ condition }]) => condition), matches }
}

/**
 * Holm's correction over all matches. Each pair counts once. Null for a match that cannot show a difference, because it
 * has too few values or only equal ones: it adds nothing to the chance of a false claim (Tarone, 1990).
 */
function correctAll(matches: readonly Match[]): (match: Match) => number | null {
  const able = matches.filter(({ contrast: { enough, constant } }) => enough && !constant)
  const ps = new Map(able.map(({ key, contrast: { p } }) => [key, p ?? 1]))
  const adjusted = adjustByHolm([...ps.values()])
  const byKey = new Map([...ps.keys()].map((key, index) => [key, adjusted[index] ?? 1]))
  return ({ key }) => byKey.get(key) ?? null
}

function judgeMatch({ condition, metric, texts, contrast: found }: Match, p: number | null): MetricComparison {
  const { delta, enough } = found
  const shown = found.verdict !== '~' && p !== null && delta !== null
  const { verdict, reason } = shown ? decide({ delta, p }, decision.familyAlpha) : found
  const looksWorse = found.verdict === 'greater'
  return { condition, metric, ...texts, delta, p, verdict, reason, tooFew: !enough, looksWorse }
}
