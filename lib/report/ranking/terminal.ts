import type { RankingEntry } from '../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../verdict/result.ts'
import { printable } from '../../output/printable.ts'
import { alignColumns } from '../terminal.ts'
import { describeIntegrity, describePairs, describeRecord, describeSimplicity } from './words.ts'

/** The ranking as a table for the terminal. If it shows no order, the reason follows. Empty for fewer than two strategies. */
export function renderPlaces(ranking: RankingEntry[]): string {
  if (ranking.length < 2) return ''
  const rows = ranking.map((entry) => [
    String(entry.place ?? '–'),
    nameStrategy(entry),
    describeRecord(entry),
    describeIntegrity(entry)[0] ?? '',
    describePairs(entry)[0] ?? '',
    describeSimplicity(entry).join(', '),
  ])
  const table = alignColumns([['place', 'strategy', 'drills', 'data', 'performance', 'simplicity'], ...rows])
  const noOrder = ranking[0]?.noOrder ?? null
  return [...table, ...(noOrder === null ? [] : [noOrder])].map(printable).join('\n')
}
