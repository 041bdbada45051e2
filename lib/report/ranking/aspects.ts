import { type Condition, keyOf, nameCondition } from '../../verdict/ranking/candidates.ts'
import { type MetricName, metrics } from '../../verdict/ranking/metrics.ts'
import type { RankingEntry } from '../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../verdict/result.ts'

/** Which strategies are best by one metric, as far as the ranking shows it. */
export interface MetricAnswer {
  metric: MetricName
  /**
   * `shown`: the strategies are shown to be better than a rival, and none is shown to be better than they are. `mixed`: that
   * differs from fault to fault. `not shown`: the figures may differ by chance. `alone`: no fault was drilled with two of them.
   */
  kind: 'shown' | 'mixed' | 'not shown' | 'alone'
  strategies: string[]
  /** For people: the figures, or why nothing is shown. */
  detail: string
}

/** The figures of all strategies that were drilled under one condition. */
interface Contest {
  condition: Condition
  entrants: { name: string; text: string; high: number; values: number }[]
  /** Names of those that are shown to be better than another, and of those that another is shown to be better than. */
  better: Set<string>
  worse: Set<string>
}

/** Compares the strategies by one metric. Says nothing that the ranking's pairs do not show. */
export function compareBy(metric: MetricName, ranking: readonly RankingEntry[]): MetricAnswer {
  const contests = findContests(metric, ranking)
  if (contests.length === 0) return { metric, kind: 'alone', strategies: [], detail: describeAlone(metric, ranking) }
  const losers = new Set(contests.flatMap(({ worse }) => [...worse]))
  const better = new Set(contests.flatMap((contest) => [...contest.better]))
  const winners = [...better].filter((name) => !losers.has(name))
  if (winners.length > 0)
    return { metric, kind: 'shown', strategies: winners, detail: describeShown(winners, contests) }
  if (better.size > 0) {
    const each = contests.filter((contest) => contest.better.size > 0)
    const best = (contest: Contest) => [...contest.better].filter((name) => !contest.worse.has(name)).join(', ')
    const words = each.slice(0, 2).map((contest) => `${best(contest)} on ${nameCondition(contest.condition)}`)
    return { metric, kind: 'mixed', strategies: [], detail: words.join('; ') }
  }
  return { metric, kind: 'not shown', strategies: [], detail: describeNotShown(contests) }
}

function findContests(metric: MetricName, ranking: readonly RankingEntry[]): Contest[] {
  const contests = new Map<string, Contest>()
  for (const entry of ranking) {
    const name = nameStrategy(entry)
    for (const { condition, figures } of entry.performance.rows) {
      const figure = figures.find((each) => each.metric === metric)
      if (figure?.median === null || figure === undefined) continue
      const key = keyOf(condition)
      const contest = contests.get(key) ?? { condition, entrants: [], better: new Set(), worse: new Set() }
      const { text, median, size } = figure
      contest.entrants.push({ name, text, high: median.high ?? Infinity, values: size.values })
      contests.set(key, contest)
    }
  }
  for (const entry of ranking) {
    const differences = entry.performance.pairs.flatMap((pair) => pair.differences)
    for (const difference of differences) {
      const contest = contests.get(keyOf(difference.condition))
      if (difference.metric !== metric || contest === undefined) continue
      if (difference.verdict === 'less') contest.better.add(nameStrategy(entry))
      if (difference.verdict === 'greater') contest.worse.add(nameStrategy(entry))
    }
  }
  return [...contests.values()].filter(({ entrants }) => entrants.length > 1)
}

/** The first winner's figures against the largest of those that it is shown to beat. */
function describeShown(winners: string[], contests: Contest[]): string {
  const won = contests.filter(({ better }) => winners.some((name) => better.has(name)))
  const [first] = won
  const own = first?.entrants.find(({ name }) => winners.includes(name) && first.better.has(name))
  const rivals = (first?.entrants ?? []).filter(({ name }) => first?.worse.has(name) === true)
  const most = rivals.toSorted((a, b) => b.high - a.high)[0]
  if (first === undefined || own === undefined || most === undefined) return ''
  const figures = `${own.text} against ${most.text} (${most.name}) on ${nameCondition(first.condition)}`
  return `${figures}; shown on ${won.length} of ${contests.length} ${contests.length === 1 ? 'fault' : 'faults'}`
}

/** The least figure, which is not shown to be less, and from how many values. */
function describeNotShown(contests: Contest[]): string {
  const [widest] = contests.toSorted((a, b) => b.entrants.length - a.entrants.length)
  if (widest === undefined) return ''
  const texts = new Set(widest.entrants.map(({ text }) => text))
  const [least] = widest.entrants.toSorted((a, b) => a.high - b.high)
  const n = Math.max(...widest.entrants.map(({ values }) => values))
  if (least === undefined || texts.size < 2) return `alike on ${nameCondition(widest.condition)}, n = ${n}`
  return `least seen: ${least.text}, ${least.name} on ${nameCondition(widest.condition)}, n = ${n}`
}

function describeAlone(metric: MetricName, ranking: readonly RankingEntry[]): string {
  const label = metrics.find(({ name }) => name === metric)?.label ?? metric
  const measured = ranking.some(({ performance }) =>
    performance.rows.some(({ figures }) =>
      figures.some((figure) => figure.metric === metric && figure.median !== null),
    ),
  )
  return measured ? 'no fault was drilled with two strategies' : `${label} was not measured`
}
