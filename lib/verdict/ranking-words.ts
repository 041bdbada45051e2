import type { Candidate } from './ranking-candidates.ts'
import type { Bout, Contest } from './ranking-contests.ts'
import { metrics } from './ranking-figures.ts'
import { keyOf, nameCondition } from './ranking-rows.ts'

export interface Position {
  contests: readonly Contest[]
  /** All candidates, this one among them. */
  others: readonly Candidate[]
  /** Names of those between whom and this one no order is shown, although the ranking shows one. */
  equals: readonly string[]
  place: number | null
  /** Why the ranking shows no order, or null. */
  noOrder: string | null
}

/** Why a candidate stands where it stands: a sentence each, for people. */
export function explain(candidate: Candidate, { contests, others, equals, place, noOrder }: Position): string[] {
  const among =
    equals.length > 0 && place !== null ? [`shares place ${place} with ${join(equals)}: no order is shown`] : []
  return [
    ...(noOrder === null ? among : [`the ranking shows no order: ${noOrder}`]),
    ...explainData(candidate),
    ...explainFailures(candidate),
    ...contests.flatMap(explainContest),
    ...explainGaps(candidate, others),
    ...explainUnmeasured(candidate),
  ]
}

function explainData({ integrity, rows }: Candidate): string[] {
  const { whole, lost, lostAsExpected, unknown, wholeShare } = integrity
  if (rows.length === 0) return ['no drill of it counts as measured: it has no place']
  const rest = [
    ...(lostAsExpected === 0
      ? []
      : [`cannot bring the data back in ${count(lostAsExpected, 'drill')}, as was expected`]),
    ...(unknown === 0 ? [] : [`whether data was lost is not known of ${count(unknown, 'drill')}`]),
    ...(wholeShare === null ? ['without that it has no place'] : []),
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

function explainContest({ rival, conditions, bouts }: Contest): string[] {
  if (conditions.length === 0) return [`shares no fault with ${rival}: they are not compared`]
  const [better, worse] = (['less', 'greater'] as const).map((order) =>
    bouts.filter(({ verdict }) => verdict === order),
  )
  const open = bouts.filter((bout) => bout.open)
  const list = (word: string, shown: Bout[] = []) =>
    shown.length === 0 ? [] : [`${word} than ${rival} by ${shown.map(describeBout).join('; by ')}`]
  const none = better?.length === 0 && worse?.length === 0 ? [`no difference to ${rival} is shown`] : []
  const [first] = open
  const undecided = first
    ? [`cannot be told from ${rival} by ${join(new Set(open.map(nameBout)))}: ${first.reason}`]
    : []
  return [...list('better', better), ...list('worse', worse), ...none, ...undecided]
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

function describeBout(bout: Bout): string {
  return `${nameBout(bout)}, ${bout.own} against ${bout.rival} (${bout.reason})`
}

function nameBout({ metric, condition }: Bout): string {
  return `${metrics.find(({ name }) => name === metric)?.label ?? metric} on ${nameCondition(condition)}`
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}

function join(names: Iterable<string>): string {
  return [...names].toSorted().join(', ')
}
