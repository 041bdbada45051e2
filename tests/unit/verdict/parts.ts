import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import type { Question } from '../../../lib/verdict/codes.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { Edit } from './fact-edits.ts'
import { buildDrill, change, faultMs, startMs } from './facts-builder.ts'

/**
 * An edit of the facts of a passing drill, and the resulting answer to one question. Null if the question is not asked.
 */
export type PartRule = [what: string, edit: Edit, expected: string | null]

/** Declares a test for each rule on one question. The other questions are ignored. */
export function testPart(question: Question, rules: PartRule[]): void {
  for (const [what, edit, expected] of rules)
    test(`"${question}" ${describeOutcome(expected)} if ${what}`, () => {
      expect(describePart(edit(buildDrill()), question)).toBe(expected)
    })
}

const describeOutcome = (expected: string | null): string => {
  if (expected === null) return 'is not asked'
  if (expected.startsWith('inconclusive')) return 'is inconclusive'
  return expected.startsWith('pass') ? 'passes' : 'fails'
}

/** 'fail: <reason>', one line for each answer. Null if the question was not asked. */
export function describePart(facts: DrillFact[], question: Question): string | null {
  const parts = judgeDrill(facts).parts.filter((one) => one.question === question)
  return parts.length === 0 ? null : parts.map(({ verdict, reason }) => `${verdict}: ${reason}`).join('\n')
}

/** Changes fields of all facts of one kind. */
export const editing =
  <Kind extends DrillFact['kind']>(kind: Kind, changes: Partial<Extract<DrillFact, { kind: Kind }>>): Edit =>
  (facts) =>
    change(facts, kind, (fact) => ({ ...fact, ...changes }))

/** Repeats a fact of one kind. The second copy has other fields. */
export const repeating =
  <Kind extends DrillFact['kind']>(kind: Kind, changes: Partial<Extract<DrillFact, { kind: Kind }>>): Edit =>
  (facts) =>
    facts.flatMap((fact) => (fact.kind === kind ? [fact, { ...fact, ...changes }] : [fact]))

/** Sorts facts by time, as a clock that does not jump records them. */
export const inOrder: Edit = (facts) => facts.toSorted((one, other) => one.at - other.at)

/** Adds a second fault, "other". It was requested, took effect and was healed before the first was requested. */
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

/** Moves the fault. Times in ms relative to the original fault. */
export const striking = (low: number, high: number): Edit =>
  editing('fault.observed', { between: [faultMs + low, faultMs + high] })
