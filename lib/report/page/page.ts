import { readFileSync } from 'node:fs'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { columns } from '../columns.ts'
import { splitControls } from '../controls.ts'
import { findShared, nameEnd, describeShared } from '../clusters.ts'
import { describeUnreadable, type Unreadable } from '../latest.ts'
import { renderMatrix } from './matrix.ts'
import { renderReasons, renderAlarms, renderControls } from './reasons.ts'
import { renderRanking } from './ranking/section.ts'
import { renderComponents, renderMerged, renderRun, renderOverview } from './run.ts'
import { countVerdicts, renderTable, linkTo } from './table.ts'
import { type Column, columnsOf } from '../column.ts'
import { capitalise } from '../words.ts'

/** The drills of several clusters side by side; null if there are none. */
export function renderShared(summary: Pick<Summary, 'run' | 'drills'>, from = columns): SafeHtml | null {
  const told = describeShared(summary)
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

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8')

/** `report.html` before the sections of its drills: one file that needs nothing else. */
export function renderHead(summary: Summary, unreadable: Unreadable, from = columns): SafeHtml {
  const { run, drills, ranking } = summary
  const { real } = splitControls(drills)
  const told = describeUnreadable(unreadable)
  // Some tags are open until the tail; the formatter would close them.
  // prettier-ignore
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>meshdrill ${run.id}</title>
<style>${html.raw`${style}`}</style>
</head>
<body>
<h1>${describeVerdicts(drills)}</h1>
${renderAlarms(drills)}
${renderRun(run, real)}
${renderMerged(run.merged)}
${told === null ? null : html`<p class="warning">${told}</p>`}
${renderMatrix(drills)}
${renderReasons(drills)}
${renderRanking(ranking)}
${renderOverview(drills, from)}
${renderShared(summary, from)}
${renderControls(drills)}
`
}

/** 'Backup drills: 3 pass, 1 fail' */
function describeVerdicts(drills: DrillResult[]): string {
  const { real, controls } = splitControls(drills)
  const failed = controls.filter(({ seen }) => seen === 'failed').length
  return real.length === 0 && controls.length > 0
    ? `Controls: ${failed} of ${controls.length} failed as they must`
    : `Backup drills: ${countVerdicts(real.map(({ verdict }) => verdict))}`
}

/** `report.html` after the sections of its drills. */
export function renderTail({ components }: Summary['run']): SafeHtml {
  // prettier-ignore
  return html`
${renderComponents(components)}
</body>
</html>
`
}
