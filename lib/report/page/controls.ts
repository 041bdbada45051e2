import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult, Verdict } from '../../verdict/result.ts'
import { type ControlOutcome, findAlarms, splitControls } from '../controls.ts'
import { splitAxes, strategyAxis } from '../axes.ts'
import { capitalise } from '../words.ts'
import { linkTo } from './link.ts'
import { renderItems, renderTable } from './table.ts'
import { renderVerdict } from './verdict.ts'

/** The verdict whose colour and sign each outcome has: a control that was failed is as it should be. */
const looks: Record<ControlOutcome['seen'], Verdict> = {
  failed: 'pass',
  'failed for another reason': 'inconclusive',
  inconclusive: 'inconclusive',
  passed: 'fail',
  'not drilled': 'skipped',
}

/** The tools that are broken on purpose, with the axes in which their drills differ; null if the run had none. */
export function renderControls(drills: DrillResult[]): SafeHtml | null {
  const { controls } = splitControls(drills)
  if (controls.length === 0) return null
  const { differing } = splitAxes(controls.map(({ drill }) => drill))
  // The flaw says more than the strategy.
  const shown = differing.filter((axis) => axis !== strategyAxis)
  const rows = controls.map(({ drill, flaw, seen, because }) => [
    linkTo(drill, drills, flaw.says),
    ...shown.map(({ text }) => text(drill)),
    renderVerdict(looks[seen], seen),
    because,
  ])
  const heads = ['The tool …', ...shown.map(({ title }) => capitalise(title)), 'Was it failed?', 'Because']
  return html`<h2>Controls: tools that are broken on purpose</h2>
    <p>Each must be failed, for what is wrong with it; none is counted or ranked among the tools.</p>
    ${renderTable(heads, rows)}`
}

/** An alarm that nobody overlooks, if a control passed. */
export function renderAlarms(drills: DrillResult[]): SafeHtml | null {
  const alarms = findAlarms(drills)
  if (alarms.length === 0) return null
  return html`<div class="alarm" role="alert">
    <strong>No pass of this run can be relied on.</strong>
    <ul>
      ${renderItems(alarms)}
    </ul>
  </div>`
}
