import type { z } from 'zod'
import { type Condition, keyOf, type Row } from './candidates.ts'
import { type MetricName, metrics } from './metrics.ts'
import type { metricComparison, pairSummary } from '../schema/ranking.ts'
import { adjustByHolm, type Contrast, contrast, decide, decision } from '../statistics/contrast.ts'

/** Who is compared: a candidate of the ranking. `name` is unique. */
export interface Contender {
  name: string
  rows: Row[]
  lostData: boolean
}

/** A contender against a rival by one metric under one condition. */
export type MetricComparison = z.infer<typeof metricComparison>

/** A contender against one rival, by all that both were measured by. */
export interface PairComparison {
  rival: string
  /** Conditions under which both were drilled. */
  conditions: Condition[]
  comparisons: MetricComparison[]
  /**
   * Something is shown to be better than the rival's, nothing looks worse, and nothing was measured too seldom to tell. Who
   * lost data dominates nobody who did not.
   */
  dominates: boolean
}

/** A pair as results keep it: how much was compared, and where there is something to see. */
export type PairSummary = z.infer<typeof pairSummary>

export function summarisePair({ comparisons, ...pair }: PairComparison): PairSummary {
  return {
    ...pair,
    compared: comparisons.length,
    tooFew: comparisons.filter(({ tooFew }) => tooFew).length,
    differences: comparisons.filter(({ verdict, looksWorse }) => verdict !== '~' || looksWorse),
  }
}

/** Each contender against every other, by its name. */
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
 * Pareto fronts: the first holds whom nobody dominates, the next whom only those of earlier fronts do. Dominance by shown
 * differences can go round in a circle (each shares another fault with the next): who is left then is one front.
 */
export function findFronts(names: readonly string[], pairs: ReadonlyMap<string, PairComparison[]>): string[][] {
  const dominates = (by: string, name: string) =>
    pairs.get(by)?.some((pair) => pair.dominates && pair.rival === name) === true
  const fronts: string[][] = []
  let left = [...names]
  while (left.length > 0) {
    const among = left
    const free = among.filter((name) => !among.some((by) => dominates(by, name)))
    const front = free.length > 0 ? free : among
    fronts.push(front)
    left = among.filter((name) => !front.includes(name))
  }
  return fronts
}

interface Match {
  /** The same for both directions. */
  key: string
  condition: Condition
  metric: MetricName
  texts: { own: string; rival: string }
  contrast: Contrast
}

/** By every metric that both have a value of, under every condition that both were drilled under. */
function matchFigures(own: Contender, rival: Contender): { conditions: Condition[]; matches: Match[] } {
  const shared = own.rows.flatMap((row) => {
    const other = rival.rows.find(({ condition }) => keyOf(condition) === keyOf(row.condition))
    return other ? [[row, other] as const] : []
  })
  const matches = shared.flatMap(([{ condition, drills, figures }, other]) =>
    metrics.flatMap(({ name, read }) => {
      const [ours, theirs] = [figures, other.figures].map((all) => all.find(({ metric }) => metric === name))
      if (!ours?.size.values || !theirs?.size.values) return []
      const found = contrast(drills.map(read), other.drills.map(read))
      const key = JSON.stringify([...[own.name, rival.name].toSorted(), keyOf(condition), name])
      return [{ key, condition, metric: name, texts: { own: ours.text, rival: theirs.text }, contrast: found }]
    }),
  )
  return { conditions: shared.map(([{ condition }]) => condition), matches }
}

/**
 * Holm's correction over all matches, each pair of rivals counted once; null for a match that cannot claim a difference, as it
 * has too few values or but one: it adds nothing to the chance of a false claim (Tarone, 1990).
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
