import { findPartOf, flawOf, type Flaw } from '../verdict/flaws.ts'
import type { DrillResult } from '../verdict/result.ts'

/** The result of a drill of a tool that is broken on purpose. */
export interface ControlOutcome {
  drill: DrillResult
  flaw: Flaw
  /** `failed` means: for the flaw. A control that passed is an alarm. */
  seen: 'failed' | 'failed for another reason' | 'inconclusive' | 'passed' | 'not drilled'
  /** The reason of the failure for the flaw; all reasons if there is no such failure. */
  because: string
}

/** Separates the drills of real tools from the controls, which are never counted or ranked with them. */
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
  const { verdict, parts, reasons } = drill
  const reason = findPartOf(flaw, parts)?.reason
  const because = reason ?? (reasons.join('; ') || 'nothing was found')
  const seen = { pass: 'passed', inconclusive: 'inconclusive', skipped: 'not drilled' } as const
  if (verdict !== 'fail') return { drill, flaw, seen: seen[verdict], because }
  return { drill, flaw, seen: reason === undefined ? 'failed for another reason' : 'failed', because }
}

/** A sentence for each control that passed. The drills missed its flaw, so no other pass means anything. */
export function findAlarms(drills: DrillResult[]): string[] {
  return splitControls(drills)
    .controls.filter(({ seen }) => seen === 'passed')
    .map(({ drill, flaw }) => `a tool that ${flaw.behaviour} passed "${drill.id}"`)
}
