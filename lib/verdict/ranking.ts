import { type Candidate, type CountedDrills, type DataIntegrity, findCandidates } from './ranking-candidates.ts'
import { type Contest, findFronts, holdContests } from './ranking-contests.ts'
import type { Figure } from './ranking-figures.ts'
import { type Condition, keyOf } from './ranking-rows.ts'
import { explain } from './ranking-words.ts'
import type { DrillResult } from './result.ts'
import { rankSimplicity, type SimplicityCount, type SimplicityFacts } from './simplicity.ts'

/**
 * A tool with a strategy in `ranking` of `summary.json`; the best come first.
 *
 * Three criteria stand side by side, and no sum of them exists: data integrity, performance, simplicity. Who lost data that
 * should not have been lost stands behind all who did not, whatever the rest. Among those alike in this, Pareto fronts over
 * RTO, RPO, backup time, CPU, memory and stored bytes decide, by differences that are shown. Simplicity is counted, and for
 * the reader to weigh.
 */
export interface RankingEntry {
  /** Null where the drills do not say. */
  tool: string | null
  strategy: string | null
  /** From 1; alike for entries between which no order is shown. Null where the ranking shows no order at all. */
  place: number | null
  /** For people: why it stands where it stands. */
  because: string[]
  integrity: DataIntegrity
  performance: Performance
  /** Null where nothing was recorded. */
  simplicity: SimplicityCount[] | null
  drills: CountedDrills
}

export interface Performance {
  /** Of the Pareto fronts of those alike in integrity, from 1; null where no data outcome is known. */
  front: number | null
  rows: { condition: Condition; drills: number; figures: Figure[] }[]
  /** Against each of the others. */
  contests: Contest[]
}

/**
 * Ranks tools and strategies by the drills of a run, and shows no order where none is shown: with one tool, with one drill
 * a row, or with differences that may be chance. The order of the drills makes no difference.
 */
export function rankTools(drills: readonly DrillResult[], simplicity: readonly SimplicityFacts[] = []): RankingEntry[] {
  const candidates = findCandidates(drills)
  const contests = holdContests(candidates)
  const strata = findStrata(candidates, contests)
  const noOrder = findNoOrder(candidates, strata)
  const stratumOf = ({ name }: Candidate) => strata.findIndex(({ names }) => names.includes(name))
  const entries = candidates.map((candidate) => {
    const { name, tool, strategy, rows, integrity, drills: counted } = candidate
    const stratum = stratumOf(candidate)
    const ahead = candidates.filter((other) => stratumOf(other) !== -1 && stratumOf(other) < stratum)
    const facts = simplicity.find((each) => each.tool === tool && each.strategy === strategy)
    const own = contests.get(name) ?? []
    const place = noOrder !== null || stratum === -1 ? null : ahead.length + 1
    const equals = (strata[stratum]?.names ?? []).filter((other) => other !== name)
    const entry: RankingEntry = {
      tool,
      strategy,
      place,
      because: explain(candidate, { contests: own, others: candidates, equals, place, noOrder }),
      integrity,
      performance: {
        front: strata[stratum]?.front ?? null,
        rows: rows.map(({ condition, drills: { length }, figures }) => ({ condition, drills: length, figures })),
        contests: own,
      },
      simplicity: facts ? rankSimplicity(facts, simplicity) : null,
      drills: counted,
    }
    return { entry, stratum: stratum === -1 ? strata.length : stratum }
  })
  // The candidates are in the order of their names, and sorting keeps that among equals.
  return entries.toSorted((a, b) => a.stratum - b.stratum).map(({ entry }) => entry)
}

/** Candidates between which no order is shown; those of an earlier stratum stand above those of a later one. */
interface Stratum {
  names: string[]
  front: number
}

/** First the fronts of those who lost nothing, then of those who did. Of whom neither is known, there is none. */
function findStrata(candidates: readonly Candidate[], contests: ReadonlyMap<string, Contest[]>): Stratum[] {
  return [false, true].flatMap((lost) => {
    const alike = candidates.filter(({ integrity, lostData }) => integrity.wholeShare !== null && lostData === lost)
    const names = alike.map(({ name }) => name)
    return findFronts(names, contests).map((front, index) => ({ names: front, front: index + 1 }))
  })
}

/** Why the ranking shows no order, or null where it shows one. */
function findNoOrder(candidates: readonly Candidate[], strata: readonly Stratum[]): string | null {
  const known = candidates.filter(({ integrity }) => integrity.wholeShare !== null)
  if (known.length === 0) return 'of no tool is it known whether it kept the data'
  if (known.length === 1) return 'only one tool and strategy was measured'
  const repeated = known.map(({ rows }) =>
    rows.filter(({ drills }) => drills.length > 1).map(({ condition }) => keyOf(condition)),
  )
  const shared = repeated.some((own) =>
    repeated.some((rival) => own !== rival && own.some((key) => rival.includes(key))),
  )
  if (!shared)
    return 'no drill was repeated with two of the tools: of one drill a row, chance and difference look alike'
  return strata.length < 2 ? 'no difference between the tools is shown' : null
}
