import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { findShared, nameEnd, tellShared } from '../clusters.ts'
import { type Column, columnsOf } from '../column.ts'
import { columns } from '../columns.ts'
import { capitalise } from '../words.ts'
import { linkTo } from './link.ts'
import { renderTable } from './table.ts'

/** The drills of several clusters side by side; null if there are none. */
export function renderShared(summary: Pick<Summary, 'run' | 'drills'>, from = columns): SafeHtml | null {
  const told = tellShared(summary)
  if (told === null) return null
  const shown = columnsOf(from, 'comparison')
  const rows = findShared(summary).flatMap((row) =>
    row.map(({ provider, drill }) => [
      linkTo(drill, summary.drills),
      provider,
      nameEnd(drill),
      ...shown.map((column) => compare(column, drill, row[0]?.drill ?? drill)),
    ]),
  )
  const heads = ['Drill', 'Cluster', 'Came out', ...shown.map(({ title }) => capitalise(title))]
  return html`<h2>The same drills on several clusters</h2>
    <p>${told}. × is how much longer than on the first.</p>
    ${renderTable(heads, rows)}`
}

/** What a column shows of a drill, and for a duration its ratio to that of the first drill. */
function compare({ text, comparison }: Column, drill: DrillResult, first: DrillResult): string {
  if (comparison === undefined) return text(drill)
  const { text: shortText, durationMs } = comparison
  return shortText(drill) + (first === drill ? '' : describeRatio(durationMs(drill), durationMs(first)))
}

/** Empty if one of them was not measured, or the first took no time. */
const describeRatio = (ms: number | null, first: number | null): string =>
  ms === null || !first ? '' : ` (× ${(ms / first).toFixed(2)})`
