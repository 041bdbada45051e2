import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import type { Question } from '../../../lib/verdict/codes.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { Edit } from './fact-edits.ts'
import { buildDrill, change, faultMs, startMs } from './facts-builder.ts'

/** What is done to the facts of a drill that passes, and what the verdict then says of one question; null where it is not asked. */
export type PartRule = [what: string, edit: Edit, said: string | null]

/** A test for each rule on one part of the verdict: what is said of the others is left to them. */
export function testPart(question: Question, rules: PartRule[]): void {
  for (const [what, edit, said] of rules)
    test(`${question}: ${what}`, () => {
      expect(tellPart(edit(buildDrill()), question)).toBe(said)
    })
}

/** 'fail: what was seen', several of them in lines; null where the part is not among those that were judged. */
export function tellPart(facts: DrillFact[], question: Question): string | null {
  const told = judgeDrill(facts).parts.filter((one) => one.question === question)
  return told.length === 0 ? null : told.map(({ verdict, reason }) => `${verdict}: ${reason}`).join('\n')
}

/** The facts of one kind get other fields. */
export const editing =
  <Kind extends DrillFact['kind']>(kind: Kind, changes: Partial<Extract<DrillFact, { kind: Kind }>>): Edit =>
  (facts) =>
    change(facts, kind, (fact) => ({ ...fact, ...changes }))

/** A fact of one kind twice, the second time, and so after the first, with other fields. */
export const repeating =
  <Kind extends DrillFact['kind']>(kind: Kind, changes: Partial<Extract<DrillFact, { kind: Kind }>>): Edit =>
  (facts) =>
    facts.flatMap((fact) => (fact.kind === kind ? [fact, { ...fact, ...changes }] : [fact]))

/** In the order of their times, as a clock that does not jump has them. */
export const inOrder: Edit = (facts) => facts.toSorted((one, other) => one.at - other.at)

/** A second fault, "other", was requested, struck and healed before the first was requested. */
export const strikingTwice: Edit = (facts) =>
  facts.flatMap((fact): DrillFact[] => {
    if (fact.kind !== 'fault.requested') return [fact]
    const at = (ms: number) => ({ at: startMs + ms, drill: fact.drill, fault: 'other' })
    return [
      { kind: 'fault.requested', target: 'a pod', ...at(14_000) },
      { kind: 'fault.observed', between: [startMs + 14_100, startMs + 14_200], evidence: 'it is gone', ...at(14_300) },
      { kind: 'fault.healed', evidence: 'it is back', ...at(14_500) },
      fact,
    ]
  })

/** The fault is seen to take effect between two times, in ms from when it does so in the drill. */
export const striking = (low: number, high: number): Edit =>
  editing('fault.observed', { between: [faultMs + low, faultMs + high] })
