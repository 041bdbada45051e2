import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult, Code, Verdict } from '../../verdict/result.ts'
import { describeAxes, splitAxes, strategyAxis } from '../axes.ts'
import { splitControls, type ControlOutcome, findAlarms } from '../controls.ts'
import { renderTable, linkTo, renderVerdict, renderItems } from './table.ts'
import { CODES } from '../../verdict/codes.ts'
import { capitalise } from '../words.ts'

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
    linkTo(drill, drills, flaw.behaviour),
    ...shown.map(({ text }) => text(drill)),
    renderVerdict(looks[seen], seen),
    because,
  ])
  const heads = ['The tool …', ...shown.map(({ title }) => capitalise(title)), 'Was it failed?', 'Because']
  return html`<section class="controls" aria-labelledby="controls">
    <h2 id="controls">Controls: tools that are broken on purpose</h2>
    <p>Each must be failed, for what is wrong with it; none is counted or ranked among the tools.</p>
    ${renderTable(heads, rows, 'controls')}
  </section>`
}

/** The alarm at the top of the page if a control passed. */
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

/** More drills than these are counted, not listed. */
const LISTED = 10

/** Why drills did not pass, by the code of the reason; null if every drill passed. */
export function renderReasons(drills: DrillResult[]): SafeHtml | null {
  const { real } = splitControls(drills)
  const rows = groupReasons(real).map(({ code, verdict, meaning, drills: own }) => [
    renderVerdict(verdict),
    html`${meaning}<small><code>${code}</code></small>`,
    renderLinks(own, drills, real),
  ])
  if (rows.length === 0) return null
  return html`<section>
    <h2>Why drills did not pass</h2>
    ${renderTable(['Verdict', 'Reason', 'Drills'], rows, 'reasons')}
  </section>`
}

function renderLinks(own: DrillResult[], drills: DrillResult[], real: DrillResult[]): SafeHtml {
  const { differing } = splitAxes(real)
  const name = (drill: DrillResult) => (differing.length === 0 ? drill.id : describeAxes(drill, differing))
  const links = own.slice(0, LISTED).map((drill) => html`<div>${linkTo(drill, drills, name(drill))}</div>`)
  const rest = own.length - LISTED
  return html`${links}${rest > 0 ? html`<div>and ${rest} more</div>` : null}`
}

/** A reason why drills did not pass, and which drills these are. */
interface SharedReason {
  code: Code
  verdict: 'fail' | 'inconclusive'
  /** For people. */
  meaning: string
  drills: DrillResult[]
}

/** The reasons of drills that did not pass, by their code: what failed drills first, then what most drills share. */
export function groupReasons(drills: readonly DrillResult[]): SharedReason[] {
  const groups = new Map<Code, SharedReason>()
  for (const drill of drills) {
    for (const { code, verdict } of drill.parts) {
      if (verdict === 'pass') continue
      const group = groups.get(code) ?? { code, verdict, meaning: CODES[code].meaning, drills: [] }
      groups.set(code, { ...group, drills: [...group.drills.filter((one) => one !== drill), drill] })
    }
  }
  return [...groups.values()].toSorted(
    (one, other) =>
      Number(other.verdict === 'fail') - Number(one.verdict === 'fail') || other.drills.length - one.drills.length,
  )
}
