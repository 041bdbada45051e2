import { readFileSync } from 'node:fs'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { columns } from '../columns.ts'
import { splitControls } from '../controls.ts'
import { tellUnreadable, type Unreadable } from '../unreadable.ts'
import { renderShared } from './clusters.ts'
import { renderAlarms, renderControls } from './controls.ts'
import { renderMatrix } from './matrix.ts'
import { renderOverview } from './overview.ts'
import { renderReasons } from './reasons.ts'
import { renderRanking } from './ranking/section.ts'
import { renderComponents, renderMerged, renderRun } from './run.ts'
import { countVerdicts } from './verdict.ts'

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8')

/** `report.html` before the sections of its drills: one file that needs nothing else. */
export function renderHead(summary: Summary, unreadable: Unreadable, from = columns): SafeHtml {
  const { run, drills, ranking } = summary
  const { real } = splitControls(drills)
  const told = tellUnreadable(unreadable)
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
