import { expect, test } from '@playwright/test'
import type { DrillFact, OperationResult } from '../../lib/record/facts.ts'
import { judgeDrill } from '../../lib/verdict/judge.ts'
import {
  chain,
  checkingAfterFault,
  drop,
  type Edit,
  expecting,
  finding,
  losing,
  probing,
  reading,
  restoring,
} from './fact-edits.ts'
import { buildCheck, buildDrill, buildOperation, faultMs, startMs } from './facts-builder.ts'
import { editing, inOrder, repeating } from './verdict-parts.ts'

const judge = (...edits: Edit[]) => judgeDrill(chain(...edits)(buildDrill()))

test('lists are cut where they grow long, and their numbers are kept', () => {
  const findings = Array.from({ length: 1001 }, () => finding)
  const damaged = judge(reading({ findings }))
  expect(damaged.integrity?.findings).toHaveLength(1000)
  expect(damaged.evidence.findings).toBe(1001)
  const phantoms = judge(reading({ slots: buildCheck().slots.map(([slot]) => [slot, 10_000 + slot]) }))
  expect((phantoms.evidence.loss as { phantoms: string[] }).phantoms).toHaveLength(10)
})

test('what was found after the fault is kept, look by look', () => {
  const looks = judge(expecting({ corruption: true }), checkingAfterFault({ findings: [finding, finding] }))
  expect(looks.evidence.corruption).toEqual([{ findings: 2, first: finding }])
  expect(judge(checkingAfterFault({})).evidence.corruption).toEqual([{ findings: 0, first: null }])
})

test('what backups store is their sum, and not known where one of them does not say', () => {
  const storing =
    (...sizes: (number | undefined)[]): Edit =>
    (facts) =>
      facts.flatMap((fact): DrillFact[] =>
        fact.kind === 'backup.ended'
          ? sizes.map((storedBytes) => (storedBytes === undefined ? fact : { ...fact, storedBytes }))
          : [fact],
      )
  const stored = (...sizes: (number | undefined)[]) => judge(storing(...sizes)).evidence.storedBytes
  expect([stored(10), stored(10, 20), stored(10, undefined), stored(undefined, 10), stored()]).toEqual([
    10,
    30,
    null,
    null,
    null,
  ])
})

const found = (changes: Partial<OperationResult>): Edit =>
  chain(drop('backup.requested'), drop('backup.ended'), (facts) =>
    facts.flatMap((fact): DrillFact[] =>
      fact.kind === 'restore.requested'
        ? [{ ...fact, kind: 'backup.found', operation: buildOperation(changes) }, fact]
        : [fact],
    ),
  )

test('resources count from the request to the end; of what nobody requested, by what the tool says', () => {
  const used = (...edits: Edit[]) => judge(...edits).resources.backup?.cpuSeconds ?? null
  expect(used(editing('backup.requested', { at: startMs + 8000 }))).toBe(0.1)
  expect(used(repeating('backup.requested', { at: startMs + 8000 }), inOrder)).toBe(0.1)
  expect(used(repeating('backup.requested', { at: startMs + 9001 }), inOrder)).toBe(0.35)
  expect(used(repeating('backup.requested', { at: startMs + 8000, name: 'b2' }), inOrder)).toBe(0.35)
  expect(used(found({}))).toBe(0.35)
  expect([used(found({ startedMs: null })), used(found({ endedMs: null }))]).toEqual([null, null])
})

test('a clock that jumped accuses nobody by a time, and hides no loss that needs none', () => {
  const jumping = editing('note', { at: startMs + 39_000 })
  const parts = (...edits: Edit[]) =>
    Object.fromEntries(judge(...edits, jumping).evidence.parts.map(({ part, verdict }) => [part, verdict]))
  const late = expecting({ restoreMayFail: true })
  const failed = restoring({ succeeded: false, state: 'Failed' })
  const older = judge(losing(-1), jumping).evidence.parts.find(({ part }) => part === 'age')
  expect(older?.reason).toMatch(/^by a clock that jumped, what was acknowledged 4\.6 s before/)
  expect(parts(probing((due) => due < faultMs))).toMatchObject({ RTO: 'inconclusive', RPO: 'pass' })
  expect(parts(losing(-1))).toMatchObject({ RPO: 'fail', age: 'inconclusive' })
  const objective = (rpoMs: number) => editing('drill.planned', { objectives: { rtoMs: 10_000, rpoMs } })
  expect(parts(losing(-1), objective(1))).toMatchObject({ RPO: 'inconclusive' })
  expect(parts(losing(10_001), objective(1))).toMatchObject({ RPO: 'fail' })
  expect([parts(failed).restore, parts(failed, late).restore]).toEqual(['fail', 'inconclusive'])
})
