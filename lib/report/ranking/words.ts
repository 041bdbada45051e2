import type { PairSummary } from '../../verdict/ranking/pairs.ts'
import type { RankingEntry } from '../../verdict/ranking/ranking.ts'
import type { Criterion } from '../../verdict/ranking/simplicity.ts'
import { nameStrategy } from '../../verdict/result.ts'
import { printable } from '../../output/shorten.ts'
import { alignColumns } from '../terminal.ts'

/* An entry of the ranking in words, the most important first. Terminal and page use the same words. */

export function describeRecord({ drills: { pass, fail, unmeasured } }: RankingEntry): string {
  const uncounted = unmeasured.length === 0 ? '' : `, ${unmeasured.length} not counted`
  return `${pass} passed, ${fail} failed${uncounted}`
}

export function describeIntegrity({ integrity }: RankingEntry): string[] {
  const { whole, lost, lostAsExpected, unknown, findings } = integrity
  const known = whole + lost + lostAsExpected
  const of = (count: number) => `${count} of ${known} drills`
  return [
    known === 0 ? 'not known' : lost > 0 ? `data lost in ${of(lost)}` : `whole in ${of(whole)}`,
    ...(lostAsExpected === 0 ? [] : [`lost as expected in ${lostAsExpected}`]),
    ...(unknown === 0 ? [] : [`not known of ${unknown}`]),
    ...(known === 0 ? [] : [`${describeLosses(integrity)}, ${findings ?? 'unknown'} findings`]),
  ]
}

/** Losses in the units that the drills counted, such as '3 writes and 1 files lost'. */
function describeLosses({ lostWrites, lostFiles }: RankingEntry['integrity']): string {
  const writes = lostWrites === null ? [] : [`${lostWrites} writes`]
  const files = lostFiles === null ? [] : [`${lostFiles} files`]
  return writes.length + files.length === 0 ? 'losses unknown' : `${[...writes, ...files].join(' and ')} lost`
}

/** The rivals, grouped by how the strategy compares with them. */
export function describePairs({ performance: { front, pairs }, integrity: { lost } }: RankingEntry): string[] {
  const compared = pairs.filter(({ conditions }) => conditions.length > 0)
  const list = (words: string, standing: Standing) => {
    const rivals = compared.filter((pair) => nameStanding(pair) === standing).map(({ rival }) => rival)
    return rivals.length === 0 ? [] : [`${words} ${rivals.join(', ')}`]
  }
  return [
    front === null ? 'no place' : `front ${front}${lost > 0 ? ' of those who lost data' : ''}`,
    ...list('better than', 'better'),
    ...list('better in some, worse in others than', 'both'),
    ...list('worse than', 'worse'),
    ...list('~', 'no difference'),
    ...list('too few drills to tell it from', 'too few'),
  ]
}

export function describeSimplicity({ simplicity }: RankingEntry): string[] {
  if (simplicity === null) return ['not recorded']
  const count = (name: Criterion['name']) => simplicity.counts.find(({ criterion }) => criterion === name)?.count ?? '?'
  return [
    `${count('objects')} objects`,
    `${count('configurationLines')} lines to write`,
    `${count('backupSteps')} + ${count('restoreSteps')} steps`,
  ]
}

type Standing = 'better' | 'worse' | 'both' | 'no difference' | 'too few'

function nameStanding({ differences, compared, tooFew }: PairSummary): Standing {
  const [better, worse] = (['less', 'greater'] as const).map((order) =>
    differences.some(({ verdict }) => verdict === order),
  )
  if (better === true && worse === true) return 'both'
  if (better === true) return 'better'
  if (worse === true) return 'worse'
  return tooFew === compared ? 'too few' : 'no difference'
}

/** Place, strategy, drills, data and performance, of each the most important. */
export const describeEntry = (entry: RankingEntry): string[] => [
  String(entry.place ?? '–'),
  nameStrategy(entry),
  describeRecord(entry),
  describeIntegrity(entry)[0] ?? '',
  describePairs(entry)[0] ?? '',
]

/** The ranking as a table for the terminal. If it shows no order, the reason follows. Empty for fewer than two strategies. */
export function renderPlaces(ranking: RankingEntry[]): string {
  if (ranking.length < 2) return ''
  const rows = ranking.map((entry) => [...describeEntry(entry), describeSimplicity(entry).join(', ')])
  const table = alignColumns([['place', 'strategy', 'drills', 'data', 'performance', 'simplicity'], ...rows])
  const noOrder = ranking[0]?.noOrder ?? null
  return [...table, ...(noOrder === null ? [] : [noOrder])].map(printable).join('\n')
}
