import { CODES } from '../verdict/codes.ts'
import type { Code, DrillResult } from '../verdict/result.ts'

/** A reason why drills did not pass, and which drills these are. */
export interface SharedReason {
  code: Code
  verdict: 'fail' | 'inconclusive'
  /** For people. */
  says: string
  drills: DrillResult[]
}

/** The reasons of drills that did not pass, by their code: what failed drills first, then what most drills share. */
export function groupReasons(drills: readonly DrillResult[]): SharedReason[] {
  const groups = new Map<Code, SharedReason>()
  for (const drill of drills) {
    for (const { code, verdict } of drill.parts) {
      if (verdict === 'pass') continue
      const group = groups.get(code) ?? { code, verdict, says: CODES[code].says, drills: [] }
      groups.set(code, { ...group, drills: [...group.drills.filter((one) => one !== drill), drill] })
    }
  }
  return [...groups.values()].toSorted(
    (one, other) =>
      Number(other.verdict === 'fail') - Number(one.verdict === 'fail') || other.drills.length - one.drills.length,
  )
}
