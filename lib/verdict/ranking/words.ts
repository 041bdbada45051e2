import { type Candidate, isRankable, keyOf, nameCondition } from './candidates.ts'
import type { MetricComparison, PairComparison } from './pairs.ts'
import { metrics } from './metrics.ts'

/** More differences to one rival than these are counted, not listed; results hold them all. */
const listed = 4

/** A reason of the ranking as a whole, the same for all entries. */
export const describeNoOrder = (why: string): string => `the ranking shows no order: ${why}`

export interface Position {
  pairs: readonly PairComparison[]
  /** All candidates, this one among them. */
  others: readonly Candidate[]
  /** Names of those between whom and this one no order is shown, although the ranking shows one. */
  equals: readonly string[]
  place: number | null
  /** Why the ranking shows no order, or null. */
  noOrder: string | null
}

/** Why a candidate stands where it stands: a sentence each, for people. */
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
  if (candidate.rows.length === 0) return ['no drill of it counts as measured: it has no place']
  const rest = [
    ...(lostAsExpected === 0
      ? []
      : [`cannot bring the data back in ${count(lostAsExpected, 'drill')}, as was expected`]),
    ...(unknown === 0 ? [] : [`whether data was lost is not known of ${count(unknown, 'drill')}`]),
    ...(wholeShare === null ? ['without that it has no place'] : []),
    ...(wholeShare === null || isRankable(candidate) ? [] : ['one drill a row gives it no place']),
  ]
  if (lost > 0)
    return [`lost data in ${lost} of ${whole + lost} drills, so it stands above nobody who lost none`, ...rest]
  // The rule of three, exactly: were it more, a loss would have been seen in 19 of 20 cases.
  const possible = Math.ceil(100 * (1 - 0.05 ** (1 / whole)))
  const kept = `lost no data in ${count(whole, 'drill')}, which does not rule out a loss in up to ${possible} % of them`
  return whole === 0 ? rest : [kept, ...rest]
}

function explainFailures({ rows, drills: { pass, fail } }: Candidate): string[] {
  const failed = rows.flatMap(({ drills }) => drills).find(({ verdict }) => verdict === 'fail')
  return failed
    ? [`failed ${fail} of ${pass + fail} drills, "${failed.id}" because ${failed.reasons[0] ?? 'of nothing said'}`]
    : []
}

function explainPair({ rival, conditions, comparisons }: PairComparison): string[] {
  if (conditions.length === 0) return [`shares no fault with ${rival}: they are not compared`]
  const [better, worse] = [listDifferences(comparisons, 'less'), listDifferences(comparisons, 'greater')]
  const tooFew = comparisons.filter((comparison) => comparison.tooFew)
  const [first] = tooFew
  return [
    ...(better === null ? [] : [`better than ${rival} by ${better}`]),
    ...(worse === null ? [] : [`worse than ${rival} by ${worse}`]),
    ...(better === null && worse === null ? [`no difference to ${rival} is shown`] : []),
    ...(first
      ? [
          `${tooFew.length} of ${comparisons.length} figures cannot tell it from ${rival}, as ${nameMetric(first)}: ${first.reason}`,
        ]
      : []),
  ]
}

/** The first few in words; null where there is none. */
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
  const mine = new Set(rows.map(({ condition }) => keyOf(condition)))
  const theirs = others.flatMap((other) => other.rows.map(({ condition }) => condition))
  const gaps = new Set(theirs.filter((condition) => !mine.has(keyOf(condition))).map(nameCondition))
  return gaps.size === 0 || rows.length === 0 ? [] : [`was not measured, as others were, on ${join(gaps)}`]
}

function explainUnmeasured({ drills: { unmeasured } }: Candidate): string[] {
  const [first] = unmeasured
  return first
    ? [`${count(unmeasured.length, 'drill')} not counted, "${first.id}" (${first.verdict}) as ${first.reason}`]
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
