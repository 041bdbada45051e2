import { type Condition, keyOf, type Row } from './ranking-rows.ts'
import { type MetricName, metrics } from './ranking-figures.ts'
import { adjustByHolm, type Contrast, contrast, decide, type Order } from './statistics.ts'

/** Who is compared: a candidate of the ranking. `name` is unique. */
export interface Contender {
  name: string
  rows: Row[]
  lostData: boolean
}

/** A contender against a rival by one metric under one condition. */
export interface Bout {
  condition: Condition
  metric: MetricName
  /** For people: what was measured of the contender, and of the rival. */
  own: string
  rival: string
  delta: number | null
  /** After Holm's correction over all bouts of the ranking; null where there are too few values. */
  p: number | null
  /** `less`: the contender is shown to be lower, hence better, also after the correction. */
  verdict: Order
  /** For people: what the verdict stands on. */
  reason: string
  /** There are too few values on a side for any difference to be shown. */
  open: boolean
  /** Shown to be worse before the correction: that guards claims, and must not hide doubts. */
  looksWorse: boolean
}

/** A contender against one rival, by all that both were measured by. */
export interface Contest {
  rival: string
  /** Conditions under which both were drilled. */
  conditions: Condition[]
  bouts: Bout[]
  /**
   * Something is shown to be better than the rival's, nothing looks worse, and nothing was measured too seldom to tell. Who
   * lost data dominates nobody who did not.
   */
  dominates: boolean
}

/** The contests of each contender against every other, by the contender's name. */
export function holdContests(contenders: readonly Contender[]): Map<string, Contest[]> {
  const meetings = contenders.flatMap((own) =>
    contenders.filter((rival) => rival !== own).map((rival) => ({ own, rival, ...meet(own, rival) })),
  )
  const correct = correctAll(meetings.flatMap(({ matches }) => matches))
  const contestsOf = (contender: Contender) =>
    meetings
      .filter(({ own }) => own === contender)
      .map(({ own, rival, conditions, matches }): Contest => {
        const bouts = matches.map((match) => judgeBout(match, correct(match)))
        const better = bouts.some(({ verdict }) => verdict === 'less')
        const doubtful = bouts.some(({ looksWorse, open }) => looksWorse || open) || (own.lostData && !rival.lostData)
        return { rival: rival.name, conditions, bouts, dominates: better && !doubtful }
      })
  return new Map(contenders.map((contender) => [contender.name, contestsOf(contender)]))
}

/**
 * Pareto fronts: the first holds whom nobody dominates, the next whom only those of earlier fronts do. Dominance by shown
 * differences can go round in a circle (each shares another fault with the next): who is left then is one front.
 */
export function findFronts(names: readonly string[], contests: ReadonlyMap<string, Contest[]>): string[][] {
  const dominates = (by: string, name: string) =>
    contests.get(by)?.some((contest) => contest.dominates && contest.rival === name) === true
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
function meet(own: Contender, rival: Contender): { conditions: Condition[]; matches: Match[] } {
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

/** Holm's correction over all matches, each pair of rivals counted once; null for a match without enough values. */
function correctAll(matches: readonly Match[]): (match: Match) => number | null {
  const able = matches.filter(({ contrast: { enough } }) => enough)
  const ps = new Map(able.map(({ key, contrast: { p } }) => [key, p ?? 1]))
  const adjusted = adjustByHolm([...ps.values()])
  const byKey = new Map([...ps.keys()].map((key, index) => [key, adjusted[index] ?? 1]))
  return ({ key }) => byKey.get(key) ?? null
}

function judgeBout({ condition, metric, texts, contrast: found }: Match, p: number | null): Bout {
  const { delta, enough } = found
  const { verdict, reason } = p === null || delta === null ? found : decide({ delta, p })
  const looksWorse = found.verdict === 'greater'
  return { condition, metric, ...texts, delta, p, verdict, reason, open: !enough, looksWorse }
}
