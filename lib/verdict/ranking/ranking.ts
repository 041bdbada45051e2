import type { z } from 'zod'
import { type DrillResult, isControl } from '../result.ts'
import { compareSimplicity, type SimplicityFacts } from './simplicity.ts'
import { type Candidate, findCandidates, isRankable, keyOf } from './candidates.ts'
import { comparePairs, findFronts, type PairComparison, summarisePair } from './pairs.ts'
import type { rankingEntry } from '../schema/ranking.ts'
import { worstExposure } from '../exposure.ts'
import { describeNoOrder, explain } from './words.ts'

/**
 * A tool with a strategy in `ranking` of `summary.json`, the best first.
 *
 * Three criteria are reported side by side and never added up: data integrity, performance, simplicity. Tools that lost
 * data unexpectedly always rank below tools that did not. Among tools that are equal in this, Pareto fronts over RTO,
 * RPO, backup time, CPU, memory and stored bytes decide. Only differences that are shown count. Simplicity is counted,
 * and the reader weighs it.
 */
export type RankingEntry = z.infer<typeof rankingEntry>

/** Drills of tools that a user could choose. Stand-ins, controls and simulated runs are left out. */
export function selectRanked(drills: readonly DrillResult[], { provider }: { provider: string }): DrillResult[] {
  const isStandIn = (name: string | null) => name === 'noop' || name === 'simulated'
  return isStandIn(provider) ? [] : drills.filter((drill) => !isStandIn(drill.tool) && !isControl(drill))
}

/**
 * Ranks tools and strategies by the drills of a run. It shows no order if none is proven: with one tool, with one drill
 * a row, or with differences that may be chance. The order of the drills makes no difference.
 */
export function rankTools(drills: readonly DrillResult[], simplicity: readonly SimplicityFacts[] = []): RankingEntry[] {
  const candidates = findCandidates(drills)
  const pairs = comparePairs(candidates)
  const strata = findStrata(candidates.filter(isRankable), pairs)
  const noOrder = findNoOrder(candidates, strata)
  const stratumOf = ({ name }: Candidate) => strata.findIndex(({ names }) => names.includes(name))
  const toEntry = (candidate: Candidate): RankingEntry => {
    const { name, tool, strategy, rows, integrity, drills: counted } = candidate
    const stratum = strata[stratumOf(candidate)] ?? null
    const place = noOrder !== null || stratum === null ? null : stratum.place
    const facts = simplicity.find((each) => each.tool === tool && each.strategy === strategy)
    const own = pairs.get(name) ?? []
    const equals = (stratum?.names ?? []).filter((other) => other !== name)
    return {
      tool,
      strategy,
      place,
      noOrder: noOrder === null ? null : describeNoOrder(noOrder),
      because: explain(candidate, { pairs: own, others: candidates, equals, place, noOrder }),
      integrity,
      performance: {
        front: stratum?.front ?? null,
        rows: rows.map(({ condition, drills: { length }, figures }) => ({ condition, drills: length, figures })),
        pairs: own.map(summarisePair),
      },
      simplicity: facts ? compareSimplicity(facts, simplicity) : null,
      exposure: worstExposure(drills.filter((drill) => drill.tool === tool && drill.strategy === strategy)),
      drills: counted,
    }
  }
  // Unranked candidates come after the ranked ones, by the outcome for their data. The sort is stable, so equals stay
  // sorted by name.
  const sortKey = (candidate: Candidate) => {
    const { integrity, lostData } = candidate
    const stratum = stratumOf(candidate)
    return stratum === -1 ? strata.length + (integrity.wholeShare === null ? 2 : Number(lostData)) : stratum
  }
  return candidates.toSorted((a, b) => sortKey(a) - sortKey(b)).map(toEntry)
}

/** Candidates between which no order is shown. Those of an earlier stratum rank above those of a later one. */
interface Stratum {
  names: string[]
  place: number
  front: number
}

/** First the fronts of the candidates that lost nothing, then of the others. */
function findStrata(rankable: readonly Candidate[], pairs: ReadonlyMap<string, PairComparison[]>): Stratum[] {
  const strata: Stratum[] = []
  for (const lost of [false, true]) {
    const alike = rankable.filter(({ lostData }) => lostData === lost).map(({ name }) => name)
    for (const [index, names] of findFronts(alike, pairs).entries()) {
      const last = strata.at(-1)
      strata.push({ names, place: last ? last.place + last.names.length : 1, front: index + 1 })
    }
  }
  return strata
}

/** Why the ranking shows no order. Null if it shows one. */
function findNoOrder(candidates: readonly Candidate[], strata: readonly Stratum[]): string | null {
  const known = candidates.filter(({ integrity }) => integrity.wholeShare !== null)
  if (known.length === 0) return 'no drill shows whether a tool kept the data'
  if (known.length === 1) return 'only one tool and strategy was measured'
  const repeated = known.map(({ rows }) =>
    rows.filter(({ drills }) => drills.length > 1).map(({ condition }) => keyOf(condition)),
  )
  const shared = repeated.some((own) =>
    repeated.some((rival) => own !== rival && own.some((key) => rival.includes(key))),
  )
  if (!shared)
    return 'no drill was repeated with two of the tools: one drill a row cannot distinguish a difference from chance'
  return strata.length < 2 ? 'no difference between the tools is shown' : null
}
