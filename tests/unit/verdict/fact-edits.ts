import { expect, test } from '@playwright/test'
import type {
  DrillFact,
  Expectations,
  IntegrityCheck,
  LoadResult,
  MeshState,
  OperationResult,
} from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { Verdict } from '../../../lib/verdict/result.ts'
import { buildCheck, buildDrill, buildOperation, buildWrites, change, faultMs } from './facts-builder.ts'

/** A change of the facts of a passing drill. */
export type Edit = (facts: DrillFact[]) => DrillFact[]

/** One rule of the verdict: a condition, the edit that creates it, and the expected verdict and reason. */
export type Rule = [what: string, edit: Edit, verdict: Verdict, reason: RegExp | null]

/** Declares a test for each rule. */
export function testRules(rules: Rule[]): void {
  for (const [what, edit, verdict, reason] of rules) {
    test(`a drill is judged as ${verdict} if ${what}`, () => {
      const result = judgeDrill(edit(buildDrill()))
      expect(result.verdict, result.reasons.join('\n')).toBe(verdict)
      if (reason === null) expect(result.reasons).toEqual([])
      else expect(result.reasons.join('\n')).toMatch(reason)
    })
  }
}

export const drop = (kind: DrillFact['kind']) => (facts: DrillFact[]) => facts.filter((fact) => fact.kind !== kind)
export const expecting = (changes: Partial<Expectations>) => (facts: DrillFact[]) =>
  change(facts, 'drill.planned', (fact) => ({ ...fact, expectations: { ...fact.expectations, ...changes } }))
export const aiming = (changes: { rtoMs?: number; rpoMs?: number }) => (facts: DrillFact[]) =>
  change(facts, 'drill.planned', (fact) => ({ ...fact, objectives: { ...fact.objectives, ...changes } }))
export const loading = (changes: Partial<LoadResult>) => (facts: DrillFact[]) =>
  change(facts, 'load.ended', (fact) => ({ ...fact, load: { ...fact.load, ...changes } }))
export const backingUp = (changes: Partial<OperationResult>) => (facts: DrillFact[]) =>
  change(facts, 'backup.ended', (fact) => ({ ...fact, operation: { ...fact.operation, ...changes } }))
export const restoring = (changes: Partial<OperationResult>) => (facts: DrillFact[]) =>
  change(facts, 'restore.ended', (fact) => ({ ...fact, operation: { ...fact.operation, ...changes } }))
export const reading = (changes: Partial<IntegrityCheck>) => (facts: DrillFact[]) =>
  change(facts, 'integrity.checked', (fact) =>
    fact.phase === 'after-restore' ? { ...fact, check: { ...fact.check, ...changes } } : fact,
  )
export const meshing = (phase: 'before' | 'after', changes: Partial<MeshState>) => (facts: DrillFact[]) =>
  change(facts, 'mesh.state', (fact) =>
    fact.phase === phase ? { ...fact, state: { ...fact.state, ...changes } } : fact,
  )
export const without = (kind: DrillFact['kind'], phase: string) => (facts: DrillFact[]) =>
  facts.filter((fact) => !(fact.kind === kind && 'phase' in fact && fact.phase === phase))
export const checkingAfterFault = (changes: Partial<IntegrityCheck>) => (facts: DrillFact[]) =>
  facts.flatMap((fact): DrillFact[] =>
    fact.kind === 'fault.observed'
      ? [
          fact,
          { ...fact, kind: 'integrity.checked', phase: 'after-fault', check: buildCheck({ slots: [], ...changes }) },
        ]
      : [fact],
  )
export const probing = (right: (due: number) => boolean) => (facts: DrillFact[]) =>
  change(facts, 'probes', (fact) => ({ ...fact, samples: fact.samples.map(([due]) => [due, due + 3, right(due)]) }))
export const keepingProbes = (keep: (due: number, index: number) => boolean) => (facts: DrillFact[]) =>
  change(facts, 'probes', (fact) => ({ ...fact, samples: fact.samples.filter(([due], index) => keep(due, index)) }))
export const losing = (sequence: number) =>
  reading({ slots: buildCheck().slots.map(([slot, found]) => [slot, slot === 7 ? sequence : found]) })
export const finding = { kind: 'flipped' as const, file: 'ledger.dat', offset: 4096, detail: 'bit 3 of byte 17' }
export const chain =
  (...edits: ((facts: DrillFact[]) => DrillFact[])[]) =>
  (facts: DrillFact[]) =>
    edits.reduce((edited, edit) => edit(edited), facts)
/**
 * Loses the last write before the fault. It was acknowledged 46 ms before the earliest fault time, 56 ms before the
 * latest.
 */
export const losingTheNewest: Edit = (facts) => {
  const newest = buildWrites().findLast((write) => write.sentMs < faultMs)
  return reading({ slots: buildCheck().slots.map(([slot, found]) => [slot, slot === newest?.slot ? -1 : found]) })(
    facts,
  )
}

/** Allows the backup to fail, and records that it was restored beside the service and read back. */
export const proving = (operation: Partial<OperationResult>, check: Partial<IntegrityCheck>): Edit =>
  chain(expecting({ backupMayFail: true }), (facts) =>
    facts
      .flatMap((fact): DrillFact[] => {
        if (fact.kind !== 'backup.ended') return [fact]
        // The fault takes effect while the backup runs.
        const ended = { ...fact, at: faultMs + 1000, operation: { ...fact.operation, endedMs: faultMs + 900 } }
        const proof = { operation: buildOperation(operation), check: buildCheck({ slots: [], ...check }) }
        return [ended, { ...ended, kind: 'backup.proved', ...proof }]
      })
      .toSorted((a, b) => a.at - b.at),
  )
/** Ends the backup before the fault that should disturb it. */
export const endingTheBackupBeforeTheFault: Edit = (facts) =>
  change(facts, 'backup.ended', (fact) => ({ ...fact, operation: { ...fact.operation, endedMs: faultMs - 1 } }))
