import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '../verdict/result.ts'

/** A drill that a test runs, and the verdict that the test wants. A control wants `fail`. */
export interface DrillClaim {
  drill: string
  wanted: Verdict
}

const fileOf = (runFolder: string): string => join(runFolder, 'claims.jsonl')

/** Appends a claim. The worker calls this, so that the claim counts with every reporter. */
export function recordClaim(runFolder: string, claim: DrillClaim): void {
  appendFileSync(fileOf(runFolder), `${JSON.stringify(claim)}\n`)
}

/** The wanted verdict of each drill that a test ran; the last claim of a drill counts. */
export function readClaims(runFolder: string): Map<string, Verdict> {
  const file = fileOf(runFolder)
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  return new Map(
    lines.map((line) => {
      const { drill, wanted } = JSON.parse(line) as DrillClaim
      return [drill, wanted]
    }),
  )
}
