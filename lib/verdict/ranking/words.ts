import { type Candidate, isRankable, keyOf, nameCondition } from './candidates.ts'
import type { MetricComparison, PairComparison } from './pairs.ts'
import { metrics } from './metrics.ts'

/** Maximum number of listed differences to one rival. The results hold all of them. */
const listed = 4

/** Explains that the ranking shows no order. The text is the same in all entries. */
export const describeNoOrder = (why: string): string => `the ranking shows no order: ${why}`

export interface Position {
  pairs: readonly PairComparison[]
  /** All candidates, including this one. */
  others: readonly Candidate[]
  /** Names of the candidates that share its place because no order is shown. */
  equals: readonly string[]
  place: number | null
  /** Why the ranking shows no order. Null if it shows one. */
  noOrder: string | null
}

/** Reasons for the place of a candidate, one sentence each, for people. */
export function explain(candidate: Candidate, { pairs, others, equals, place, noOrder }: Position): string[] {
  const among =
    equals.length > 0 && place !== null ? [`shares place ${place} with ${join(equals)}: no order is shown`] : []
  return [
    ...(noOrder === null ? among : [describeNoOrder(noOrder)]),
    ...explainData(candidate),
    ...explainFailures(candidate),
    ...pairs.flatMap(explainPair),
    ...explainGaps(candidate, others),
    ...explainUnmeasured(candidate),
  ]
}

function explainData(candidate: Candidate): string[] {
  const { whole, lost, lostAsExpected, unknown, wholeShare } = candidate.integrity
  if (candidate.rows.length === 0) return ['none of its drills counts as measured, so it has no place']
  const rest = [
    ...(lostAsExpected === 0 ? [] : [`cannot bring the data back in ${count(lostAsExpected, 'drill')}, as expected`]),
    ...(unknown === 0 ? [] : [`whether data was lost is not known in ${count(unknown, 'drill')}`]),
    ...(wholeShare === null ? ['it has no place, because no drill shows whether data was lost'] : []),
    ...(wholeShare === null || isRankable(candidate) ? [] : ['it has no place, because none of its rows was repeated']),
  ]
  if (lost > 0) return [`lost data in ${lost} of ${whole + lost} drills, so it ranks below all that lost none`, ...rest]
  // The exact form of the rule of three: with a higher loss rate, 19 of 20 such series would have shown a loss.
  const possible = Math.ceil(100 * (1 - 0.05 ** (1 / whole)))
  const kept = `lost no data in ${count(whole, 'drill')}, which does not rule out a loss in up to ${possible} % of them`
  return whole === 0 ? rest : [kept, ...rest]
}

function explainFailures({ rows, drills: { pass, fail } }: Candidate): string[] {
  const failed = rows.flatMap(({ drills }) => drills).find(({ verdict }) => verdict === 'fail')
  return failed
    ? [
        `failed ${fail} of ${pass + fail} drills, for example "${failed.id}": ${failed.reasons[0] ?? 'no reason was recorded'}`,
      ]
    : []
}

function explainPair({ rival, conditions, comparisons }: PairComparison): string[] {
  if (conditions.length === 0) return [`shares no fault with ${rival}, so they are not compared`]
  const [better, worse] = [listDifferences(comparisons, 'less'), listDifferences(comparisons, 'greater')]
  const tooFew = comparisons.filter((comparison) => comparison.tooFew)
  const [first] = tooFew
  return [
    ...(better === null ? [] : [`better than ${rival} by ${better}`]),
    ...(worse === null ? [] : [`worse than ${rival} by ${worse}`]),
    ...(better === null && worse === null ? [`no difference to ${rival} is shown`] : []),
    ...(first
      ? [
          `${tooFew.length} of ${comparisons.length} figures have too few values to distinguish it from ${rival}, for example ${nameMetric(first)}: ${first.reason}`,
        ]
      : []),
  ]
}

/** Describes the first few differences. Null if there is none. */
function listDifferences(
  comparisons: readonly MetricComparison[],
  verdict: MetricComparison['verdict'],
): string | null {
  const shown = comparisons.filter((comparison) => comparison.verdict === verdict)
  const more = shown.length > listed ? [`${shown.length - listed} more`] : []
  const words = shown
    .slice(0, listed)
    .map(
      (comparison) => `${nameMetric(comparison)}, ${comparison.own} against ${comparison.rival} (${comparison.reason})`,
    )
  return shown.length === 0 ? null : [...words, ...more].join('; by ')
}

function explainGaps({ rows }: Candidate, others: readonly Candidate[]): string[] {
  const ownKeys = new Set(rows.map(({ condition }) => keyOf(condition)))
  const otherConditions = others.flatMap((other) => other.rows.map(({ condition }) => condition))
  const gaps = new Set(otherConditions.filter((condition) => !ownKeys.has(keyOf(condition))).map(nameCondition))
  return gaps.size === 0 || rows.length === 0 ? [] : [`was not measured, unlike others, on ${join(gaps)}`]
}

function explainUnmeasured({ drills: { unmeasured } }: Candidate): string[] {
  const [first] = unmeasured
  return first
    ? [
        `${count(unmeasured.length, 'drill')} not counted, for example "${first.id}" (${first.verdict}): ${first.reason}`,
      ]
    : []
}

function nameMetric({ metric, condition }: MetricComparison): string {
  return `${metrics.find(({ name }) => name === metric)?.label ?? metric} on ${nameCondition(condition)}`
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}

function join(names: Iterable<string>): string {
  return [...names].toSorted().join(', ')
}
