import { readFileSync } from 'node:fs'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { columns } from '../columns.ts'
import { splitControls } from '../controls.ts'
import { findShared, nameEnd, describeShared } from '../clusters.ts'
import { describeUnreadable, type Unreadable } from '../latest.ts'
import { renderAttributes } from './attributes.ts'
import { renderBackupImpact } from './backup-impact.ts'
import { renderImpact } from './impact.ts'
import { renderMatrix } from './matrix.ts'
import { renderReasons, renderAlarms, renderControls } from './reasons.ts'
import { describeRun } from './first/verdict.ts'
import { renderChoice } from './first/choice.ts'
import { renderObjectives } from './first/objectives.ts'
import { renderPareto } from './first/pareto.ts'
import { describeUnknown, renderUnknown } from './first/unknown.ts'
import { policyOf } from './policy.ts'
import { readScript } from './script.ts'
import { renderRanking } from './ranking/section.ts'
import { renderComponents, renderMerged, renderRun, renderOverview } from './run.ts'
import { renderTable, linkTo } from './table.ts'
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

/** `report.html` before the sections of its drills: one file that needs nothing else. The first screen is complete in it. */
export function renderHead(summary: Summary, unreadable: Unreadable, from = columns): SafeHtml {
  const { run, drills, ranking } = summary
  const { real } = splitControls(drills)
  const told = describeUnreadable(unreadable)
  const script = readScript()
  const gaps = describeUnknown(summary)
  // Some tags are open until the tail; the formatter would close them.
  // prettier-ignore
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script)}">
<meta name="color-scheme" content="light dark">
<title>meshdrill ${run.id}</title>
<style>${html.raw`${style}`}</style>
</head>
<body>
<a class="skip" href="#drills">To the drills</a>
<header>
<p class="brand">meshdrill <bdi>${run.id}</bdi></p>
<h1>${describeRun(summary)}</h1>
${gaps === null ? null : html`<p class="gaps">${gaps} <a href="#unknown">Why</a></p>`}
${renderRun(run, real)}
</header>
<main>
${renderAlarms(drills)}
${told === null ? null : html`<p class="warning">${told}</p>`}
${renderMerged(run.merged)}
${renderChoice(ranking)}
<div class="pair">
${renderObjectives(drills)}
${renderPareto(ranking)}
</div>
${renderMatrix(drills)}
<div class="pair">
${renderUnknown(summary)}
${renderControls(drills)}
</div>
<script>${html.raw`${script}`}</script>
${renderReasons(drills)}
${renderAttributes(drills)}
${renderBackupImpact(real)}
${real.length === 0 ? null : renderImpact(real)}
${renderShared(summary, from)}
${renderRanking(ranking)}
${renderOverview(drills, from)}
<div id="drills">
`
}

/** `report.html` after the sections of its drills. */
export function renderTail({ components }: Summary['run']): SafeHtml {
  // prettier-ignore
  return html`
</div>
${renderComponents(components)}
</main>
</body>
</html>
`
}
