import { printable } from '../../output/shorten.ts'
import type { DrillResult, Verdict } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { splitAxes, strategyAxis } from '../axes.ts'
import { columnsOf } from '../column.ts'
import { columns, idColumn, verdictColumn } from '../columns.ts'
import { findAlarms, splitControls } from '../controls.ts'
import { describeRun } from '../page/first/verdict.ts'
import { describeUnknown } from '../page/first/unknown.ts'
import { marks } from '../page/table.ts'
import { describeEntry } from '../ranking/words.ts'
import { capitalise } from '../words.ts'

/** GitHub shows at most 1 MiB a step. More drills than these are counted. */
const LISTED = 200
const REASONS = 2
const LONGEST = 300

/** A run in Markdown, as GitHub's job summary and GitLab show it: what was found, the ranking, each drill. */
export function renderMarkdown(summary: Pick<Summary, 'run' | 'drills' | 'ranking'>): string {
  const { run, drills, ranking } = summary
  const { real } = splitControls(drills)
  const unknown = describeUnknown(summary)
  const parts = [
    `## meshdrill ${escape(run.id)}`,
    escape(describeRun(summary)),
    ...findAlarms(drills).map((alarm) => `**ALARM**: no pass of this run can be relied on: ${escape(alarm)}`),
    ...(unknown === null ? [] : [escape(unknown)]),
    renderRanking(ranking),
    renderDrills(real),
    'The whole run is in `report.html` beside this file.',
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function renderRanking(ranking: Summary['ranking']): string {
  if (ranking.length < 2) return ''
  return renderTable(['Place', 'Strategy', 'Drills', 'Data', 'Performance'], ranking.map(describeEntry))
}

/** The drills that need a look first. */
const ORDER: Verdict[] = ['fail', 'inconclusive', 'pass', 'skipped']

function renderDrills(real: DrillResult[]): string {
  const sorted = real.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict))
  const { differing } = splitAxes(real)
  const names =
    differing.length === 0 ? [idColumn] : differing.includes(strategyAxis) ? differing : [strategyAxis, ...differing]
  const shown = columnsOf(columns, 'terminal').filter((column) => column !== idColumn && column !== verdictColumn)
  const heads = ['Verdict', ...[...names, ...shown].map(({ title }) => capitalise(title)), 'Because']
  const rows = sorted
    .slice(0, LISTED)
    .map((drill) => [
      `${marks[drill.verdict]} ${drill.verdict}`,
      ...[...names, ...shown].map(({ text }) => text(drill)),
      drill.reasons.slice(0, REASONS).join('; '),
    ])
  if (rows.length === 0) return ''
  const rest = real.length - rows.length
  return [renderTable(heads, rows), ...(rest > 0 ? [`and ${rest} more drills`] : [])].join('\n\n')
}

const renderTable = (heads: string[], rows: string[][]): string =>
  [heads, heads.map(() => '---'), ...rows.map((row) => row.map(escape))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** Text that Markdown and the HTML in it show as it is, on one line. */
function escape(text: string): string {
  const line = printable(text)
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
  return short
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~#!@]/g, '\\$&')
}
