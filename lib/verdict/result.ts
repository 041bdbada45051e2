import type { z } from 'zod'
import type { drillResult, EXPOSURES, VERDICTS } from './schema/result.ts'

export type { Code, Question } from './codes.ts'
export type { Interval } from './interval.ts'
export type { Outcome } from './recoverable.ts'
export type { Usage } from './resources.ts'

/** `skipped` means that the drill never started. */
export type Verdict = (typeof VERDICTS)[number]

/** Whether somebody who can read the store can read a kind of data. `published key`: encrypted with a key that everyone knows. */
export type Exposure = (typeof EXPOSURES)[number]

/** A drill in `summary.json`. What was not measured is null, never 0. Times in ms, sizes in bytes, CPU in seconds. */
export type DrillResult = z.infer<typeof drillResult>

/** 'velero/file-system', the name in the matrix. */
export function nameStrategy({ tool, strategy }: Pick<DrillResult, 'tool' | 'strategy'>): string {
  return `${tool ?? 'unknown'}/${strategy ?? 'unknown'}`
}

/** Prefix of the names of tools that are broken on purpose. */
export const CONTROL_PREFIX = 'control-'

/** True if the drilled tool is broken on purpose. Such a tool tests the drills and is not a choice for users. */
export function isControl({ tool }: Pick<DrillResult, 'tool'>): boolean {
  return tool?.startsWith(CONTROL_PREFIX) === true
}
