import type { DrillResult, Verdict } from '../verdict/result.ts'

/** What a test said of itself: the drills that it ran, and the verdict that it wanted of them. */
export interface TestClaim {
  title: string
  passed: boolean
  drills: string[]
  /** `pass`, but for a control: a tool that is broken on purpose must be failed. */
  wanted: Verdict
}

/** A test that must not count as passed, or null for a drill without a test; and why. */
export interface Contradiction {
  title: string | null
  reason: string
}

/** Where tests and facts disagree: the facts decide. */
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
