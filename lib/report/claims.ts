import type { DrillResult, Verdict } from '../verdict/result.ts'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A drill that a test runs, and the verdict that the test wants. A control wants `fail`. */
interface DrillClaim {
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

/** The drills that a test ran, and the verdict that it wanted. */
export interface TestClaim {
  title: string
  passed: boolean
  drills: string[]
  /** `pass`; for a control `fail`, as its tool is broken on purpose. */
  wanted: Verdict
}

/** Why a test must not count as passed. `title` is null for a drill without a test. */
interface Contradiction {
  title: string | null
  reason: string
}

/** Tests that disagree with the facts. The facts decide. */
export function findContradictions(claims: TestClaim[], drills: DrillResult[]): Contradiction[] {
  const verdicts = new Map(drills.map(({ id, verdict }) => [id, verdict]))
  const claimed = new Set(claims.flatMap((claim) => claim.drills))
  const ofTests = claims
    .filter(({ passed }) => passed)
    .flatMap(({ title, drills: ids, wanted }) =>
      ids.flatMap((id) => {
        const verdict = verdicts.get(id)
        if (verdict === wanted) return []
        const found = verdict === undefined ? 'left no facts' : `is ${verdict}, not ${wanted}`
        return [{ title, reason: `test "${title}" passed, but drill "${id}" ${found}` }]
      }),
    )
  const unclaimed = drills
    .filter(({ id, verdict }) => !claimed.has(id) && verdict !== 'pass' && verdict !== 'skipped')
    .map(({ id, verdict }) => ({ title: null, reason: `drill "${id}" is ${verdict}, and no test answers for it` }))
  return [...ofTests, ...unclaimed]
}
