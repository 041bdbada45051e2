import { printable } from '../../output/shorten.ts'
import { formatDate } from '../../verdict/interval.ts'
import { comparePairs, groupRows, RUN_FIGURES } from '../../verdict/runs/compare.ts'
import { alignColumns } from '../terminal.ts'
import { isSameRun, type JudgedRun, tellDifferences } from './read.ts'
import { describeGrowth, describeSide, nameRow } from './words.ts'

/**
 * Two runs as a table: each figure of each row that both drilled. `regressed` is true if a figure is shown to have become worse.
 * Errors: it is the same run twice, or the runs share no row.
 */
export function compareRuns(before: JudgedRun, after: JudgedRun): { text: string; regressed: boolean } {
  const names = `"${before.folder}" and "${after.folder}"`
  if (isSameRun(before, after))
    throw new Error(`${names} are the same run, "${before.summary.run.id}". Next: give two different runs`)
  const [old, now] = [before, after].map(({ summary }) => groupRows(summary.drills, nameRow))
  const pairs = [...(old ?? [])].flatMap(([row, drills]) => {
    const others = now?.get(row)
    return others === undefined ? [] : [{ row, before: drills, after: others }]
  })
  if (pairs.length === 0)
    throw new Error(
      `${names} share no row: no strategy was drilled with the same fault, mesh and workload in both, and counts. ` +
        'Next: compare runs of the same matrix',
    )
  const changes = comparePairs(pairs, RUN_FIGURES)
  const rows = changes.map(({ row, figure, before: one, after: other, growth, verdict, reason }) => [
    row,
    figure.label,
    describeSide(one, figure),
    describeSide(other, figure),
    describeGrowth(growth),
    verdict === '~' ? '~' : `${verdict.toUpperCase()}: ${reason}`,
  ])
  const worse = changes.filter(({ verdict }) => verdict === 'worse').length
  const better = changes.filter(({ verdict }) => verdict === 'better').length
  const unshared = (old?.size ?? 0) + (now?.size ?? 0) - 2 * pairs.length
  const lines = [
    ...[before, after].map(
      ({ folder, summary }, index) => `${index === 0 ? 'A' : 'B'}: ${folder}, ${formatDate(summary.run.startedAt)}`,
    ),
    '',
    ...alignColumns([['row', 'figure', 'A: median (95 %)', 'B: median (95 %)', 'change', 'shown'], ...rows]),
    '',
    `${worse} of ${changes.length} figures are shown to be worse, ${better} better; ~ where nothing is shown`,
    ...(unshared === 0 ? [] : [`${unshared} rows were drilled in one of the runs only`]),
    ...tellDifferences([before, after]).map((told) => `beware: ${told}`),
  ]
  return { text: lines.map(printable).join('\n'), regressed: worse > 0 }
}
