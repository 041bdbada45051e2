import type { z } from 'zod'
import type { drillResult, VERDICTS } from './schema/result.ts'

export type { Code, Question } from './codes.ts'
export type { Interval } from './interval.ts'
export type { Outcome } from './recoverable.ts'
export type { Usage } from './resources.ts'

/** `skipped` stands beside the other three: the drill was never begun. */
export type Verdict = (typeof VERDICTS)[number]

/** A drill in `summary.json`. What was not measured is null, never 0. Times in ms, sizes in bytes, CPU in seconds. */
export type DrillResult = z.infer<typeof drillResult>

/** 'velero/file-system', as the matrix names it. */
export function nameStrategy({ tool, strategy }: Pick<DrillResult, 'tool' | 'strategy'>): string {
  return `${tool ?? 'unknown'}/${strategy ?? 'unknown'}`
}

/** What the name of a tool begins with that is broken on purpose. */
export const CONTROL_PREFIX = 'control-'

/** Whether a drill's tool is broken on purpose: it tests the drills, and is no choice of anybody's. */
export function isControl({ tool }: Pick<DrillResult, 'tool'>): boolean {
  return tool?.startsWith(CONTROL_PREFIX) === true
}
