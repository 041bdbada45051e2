import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '../verdict/result.ts'

/** A test's word that it runs a drill, and the verdict that it wants: a control wants its tool to be failed. */
export interface DrillClaim {
  drill: string
  wanted: Verdict
}

const fileOf = (runFolder: string): string => join(runFolder, 'claims.jsonl')

/** Appends a claim. The worker writes it: the run is judged with it whichever reporter the user chose. */
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
