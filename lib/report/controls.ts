import { flawOf, type Flaw } from '../verdict/flaws.ts'
import type { DrillResult } from '../verdict/result.ts'
import { escapeHtml, renderTable } from './html.ts'

/** What became of a tool that is broken on purpose. */
export interface ControlOutcome {
  drill: DrillResult
  flaw: Flaw
  /** Whether it was failed, and for what is wrong with it. A control that passed is an alarm. */
  seen: 'failed' | 'failed for another reason' | 'inconclusive' | 'passed' | 'not drilled'
  /** The reason that it was failed for; else all reasons that there are. */
  because: string
}

/** Drills of tools that work, and those of tools that are broken on purpose, which are never ranked or counted with them. */
export function splitControls(drills: DrillResult[]): { real: DrillResult[]; controls: ControlOutcome[] } {
  const real: DrillResult[] = []
  const controls: ControlOutcome[] = []
  for (const drill of drills) {
    const flaw = flawOf(drill.tool)
    if (flaw === null) real.push(drill)
    else controls.push(judgeControl(drill, flaw))
  }
  return { real, controls }
}

function judgeControl(drill: DrillResult, flaw: Flaw): ControlOutcome {
  const { verdict, reasons } = drill
  const reason = reasons.find((one) => flaw.because.test(one))
  const because = reason ?? (reasons.join('; ') || 'nothing was found')
  const seen = { pass: 'passed', inconclusive: 'inconclusive', skipped: 'not drilled' } as const
  if (verdict !== 'fail') return { drill, flaw, seen: seen[verdict], because }
  return { drill, flaw, seen: reason === undefined ? 'failed for another reason' : 'failed', because }
}

/** A sentence for each control that passed: what is broken on purpose was not seen, so no other pass means anything. */
export function findAlarms(drills: DrillResult[]): string[] {
  return splitControls(drills)
    .controls.filter(({ seen }) => seen === 'passed')
    .map(({ drill, flaw }) => `a tool that ${flaw.says} passed "${drill.id}"`)
}

/** The class of the verdict that each looks like, and its mark. */
const marks: Record<ControlOutcome['seen'], [string, string]> = {
  failed: ['pass', '✓'],
  'failed for another reason': ['inconclusive', '?'],
  inconclusive: ['inconclusive', '?'],
  passed: ['fail', '✗'],
  'not drilled': ['skipped', '–'],
}

/** Empty where the run had no control. `link` makes the name of a drill that leads to it. */
export function renderControls(drills: DrillResult[], link: (drill: DrillResult) => string): string {
  const { controls } = splitControls(drills)
  if (controls.length === 0) return ''
  const rows = controls.map(({ drill, flaw, seen, because }) => [
    link(drill),
    escapeHtml(flaw.says),
    `<span class="verdict ${marks[seen][0]}">${marks[seen][1]} ${seen}</span>`,
    escapeHtml(because),
  ])
  return `<h2>Controls: tools that are broken on purpose</h2>
<p>Each must be failed, for what is wrong with it; none is counted or ranked among the tools.</p>
${renderTable(['Drill', 'The tool …', 'Was it failed?', 'Because'], rows)}`
}

/** An alarm that nobody overlooks, or nothing. */
export function renderAlarms(drills: DrillResult[]): string {
  const alarms = findAlarms(drills)
  if (alarms.length === 0) return ''
  return `<div class="alarm" role="alert"><strong>No pass of this run can be relied on.</strong>
<ul>${alarms.map((alarm) => `<li>${escapeHtml(alarm)}</li>`).join('')}</ul></div>`
}
