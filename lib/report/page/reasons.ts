import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import { describeAxes, splitAxes } from '../axes.ts'
import { splitControls } from '../controls.ts'
import { groupReasons } from '../reasons.ts'
import { linkTo } from './link.ts'
import { renderTable } from './table.ts'
import { renderVerdict } from './verdict.ts'

/** More drills than these are counted, not listed. */
const LISTED = 10

/** Why drills did not pass, by the code of the reason; null if every drill passed. */
export function renderReasons(drills: DrillResult[]): SafeHtml | null {
  const { real } = splitControls(drills)
  const rows = groupReasons(real).map(({ code, verdict, says, drills: own }) => [
    renderVerdict(verdict),
    html`${says}<small><code>${code}</code></small>`,
    renderLinks(own, drills, real),
  ])
  if (rows.length === 0) return null
  return html`<h2>Why drills did not pass</h2>
    ${renderTable(['', 'Reason', 'Drills'], rows)}`
}

function renderLinks(own: DrillResult[], drills: DrillResult[], real: DrillResult[]): SafeHtml {
  const { differing } = splitAxes(real)
  const name = (drill: DrillResult) => (differing.length === 0 ? drill.id : describeAxes(drill, differing))
  const links = own.slice(0, LISTED).map((drill) => html`<div>${linkTo(drill, drills, name(drill))}</div>`)
  const rest = own.length - LISTED
  return html`${links}${rest > 0 ? html`<div>and ${rest} more</div>` : null}`
}
