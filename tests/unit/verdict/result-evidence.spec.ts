import { expect, test } from '@playwright/test'
import type { DrillFact, OperationResult, ProbeSample } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
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
import { buildCheck, buildDrill, buildOperation, buildProbes, faultMs, startMs } from './facts-builder.ts'
import { editing, inOrder, repeating } from './parts.ts'

const judge = (...edits: Edit[]) => judgeDrill(chain(...edits)(buildDrill()))

test('long lists are shortened, and their lengths are kept', () => {
  const findings = Array.from({ length: 1001 }, () => finding)
  const damaged = judge(reading({ findings }))
  expect(damaged.integrity?.findings).toHaveLength(1000)
  expect(damaged.evidence.findings).toBe(1001)
  const phantoms = judge(reading({ slots: buildCheck().slots.map(([slot]) => [slot, 10_000 + slot]) }))
  expect((phantoms.evidence.loss as { phantoms: string[] }).phantoms).toHaveLength(10)
})

test('the first hundred outages are listed, and all are counted', () => {
  // More than 3 s apart, so that the service counts as restored in between.
  const more = Array.from({ length: 100 }, (_, index): ProbeSample => [startMs + 45_000 + index * 4000, null, false])
  const away = editing('probes', { samples: [...buildProbes(), ...more] })
  const outages = judge(away).evidence.outages as { count: number; seen: object[] }
  expect([outages.count, outages.seen.length]).toEqual([101, 100])
})

test('the reasons list failures first, then inconclusive parts', () => {
  const damaged = judge(reading({ findings: [finding] }), drop('mesh.state'), drop('inventory.checked'))
  expect(damaged.parts.filter(({ verdict }) => verdict === 'fail')).toHaveLength(1)
  expect(damaged.reasons).toEqual([
    expect.stringMatching(/^1 findings/),
    'no check for leftovers of the fault was made',
    expect.stringMatching(/^the state of the mesh/),
  ])
})

test('the restore starts with its step or its request, whichever comes first', () => {
  // Nothing is missing, so only the restore bounds the moment of the restored state.
  const bound = (...edits: Edit[]) => {
    const loss = judge(...edits).evidence.loss as { consistency: { point: [number, number | null] } }
    const [, high] = loss.consistency.point
    return high === null ? null : high - startMs
  }
  const [step, request] = [drop('step.started'), drop('restore.requested')]
  const later = editing('restore.requested', { at: startMs + 18_000 })
  expect([bound(later, inOrder), bound(later, step), bound(request), bound(step, request)]).toEqual([
    17_000,
    18_000,
    17_000,
    null,
  ])
})

test('the outage must begin before the restore, and probing must last until the restore ended', () => {
  const problem = (...edits: Edit[]) => judge(...edits).parts.find(({ question }) => question === 'rto')?.reason
  const early = editing('restore.requested', { at: faultMs + 19 })
  expect(problem(drop('step.started'), early)).toBe('the fault did not interrupt the service')
  const soon = editing('restore.requested', { at: faultMs + 50 })
  expect(problem(drop('step.started'), soon, inOrder)).toMatch(/^RTO 7\.9 s/)
  // The last probe is due 39.45 s after the start.
  expect(problem(editing('restore.ended', { at: startMs + 39_451 }))).toBe('probing ended before the restore did')
  expect(problem(editing('restore.ended', { at: startMs + 39_450 }))).toMatch(/^RTO 7\.9 s/)
})

test('the evidence keeps the findings of each check after the fault', () => {
  const looks = judge(expecting({ corruption: true }), checkingAfterFault({ findings: [finding, finding] }))
  expect(looks.evidence.corruption).toEqual([{ findings: 2, first: finding }])
  expect(judge(checkingAfterFault({})).evidence.corruption).toEqual([{ findings: 0, first: null }])
})

test('the stored size is the sum over all backups, and unknown if one of them does not report it', () => {
  const storing =
    (...sizes: (number | undefined)[]): Edit =>
    (facts) =>
      facts.flatMap((fact): DrillFact[] =>
        fact.kind === 'backup.ended'
          ? sizes.map((storedBytes) => (storedBytes === undefined ? fact : { ...fact, storedBytes }))
          : [fact],
      )
  const stored = (...sizes: (number | undefined)[]) => judge(storing(...sizes)).backup?.storedBytes ?? null
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

test('resources count from the request to the end, and for a scheduled backup between its reported times', () => {
  const used = (...edits: Edit[]) => judge(...edits).resources.backup?.cpuSeconds ?? null
  expect(used(editing('backup.requested', { at: startMs + 8000 }))).toBe(0.1)
  expect(used(repeating('backup.requested', { at: startMs + 8000 }), inOrder)).toBe(0.1)
  expect(used(repeating('backup.requested', { at: startMs + 9000 }))).toBe(0)
  expect(used(repeating('backup.requested', { at: startMs + 9001 }), inOrder)).toBe(0.35)
  expect(used(repeating('backup.requested', { at: startMs + 8000, name: 'b2' }), inOrder)).toBe(0.35)
  expect(used(found({}))).toBe(0.35)
  expect([used(found({ startedMs: null })), used(found({ endedMs: null }))]).toEqual([null, null])
})

/** The fault is recorded a second before it took effect: the clock was set back by one to five seconds. */
const jumping = editing('fault.observed', { at: startMs + 14_000 })
const partsOf = (...edits: Edit[]) =>
  Object.fromEntries(
    judge(...edits, jumping).parts.map(({ question, verdict, reason }) => [question, `${verdict}: ${reason}`]),
  )
const rpoOf = (rpoMs: number) => editing('drill.planned', { objectives: { rtoMs: 10_000, rpoMs } })

test('a drill fails despite a clock jump if a figure exceeds the objective by more than the jump', () => {
  const away = probing((due) => due < faultMs)
  expect(partsOf(away).rto).toMatch(/^fail: RTO is at least 24\.4 s/)
  expect(partsOf(losing(-1), rpoOf(8_000)).rpo).toMatch(/^fail: .* the oldest 13\.6 s–13\.7 s before the fault/)
  expect(partsOf(losing(-1), rpoOf(11_000)).rpo).toMatch(
    /^inconclusive: the clock jumped: .* the oldest 13\.6 s–13\.7 s before .*; this may be wrong by 5\.0 s/,
  )
  expect(partsOf(losing(-1), rpoOf(16_000)).rpo).toMatch(/^inconclusive: the clock jumped: /)
  expect(partsOf(losing(-1), rpoOf(19_000)).rpo).toMatch(/^pass: /)
})

test('a clock jump does not hide a loss that is proven without times', () => {
  expect(partsOf(losing(-1)).rpo).toMatch(/^fail: /)
  expect(partsOf(losing(10_001), rpoOf(1)).rpo).toMatch(/^fail: slot 7 holds sequence 10001/)
  // The backup was requested long before the clock jumped.
  expect(partsOf(losing(-1)).freshness).toMatch(/^fail: a write that was acknowledged 4\.6 s before/)
})

test('a clock jump outside an interval does not widen it', () => {
  const late = editing('note', { at: startMs + 36_000 })
  const found = judge(losing(-1), rpoOf(13_000), late).parts
  expect(found.find(({ question }) => question === 'clock')?.verdict).toBe('inconclusive')
  expect(found.find(({ question }) => question === 'rpo')?.verdict).toBe('fail')
  expect(found.find(({ question }) => question === 'rto')?.verdict).toBe('pass')
})

test('a failed restore is inconclusive only if a successful one may have come later', () => {
  const mayFail = expecting({ restoreMayFail: true })
  const failed = restoring({ succeeded: false, state: 'Failed' })
  // Adds an earlier restore that succeeded.
  const before =
    (ms: number): Edit =>
    (facts) =>
      facts.flatMap((fact): DrillFact[] =>
        fact.kind === 'restore.ended' ? [{ ...fact, at: fact.at - ms, operation: buildOperation() }, fact] : [fact],
      )
  const back = editing('fault.healed', { at: startMs + 19_500 })
  const restore = (...edits: Edit[]) => judge(...edits).parts.find(({ question }) => question === 'restore')?.verdict
  expect(restore(failed, mayFail, before(1_000), inOrder)).toBe('fail')
  expect(restore(failed, mayFail, back)).toBe('fail')
  expect(restore(failed, mayFail, before(4_000), inOrder, back)).toBe('inconclusive')
  expect(restore(failed, mayFail, before(5_000), inOrder, back)).toBe('fail')
})

test('a list of facts that has changed since it was judged is judged anew', () => {
  const facts = buildDrill()
  expect(judgeDrill(facts).verdict).toBe('pass')
  const damaged = reading({ findings: [finding] })(facts)
  expect(damaged).toHaveLength(facts.length)
  facts.splice(0, facts.length, ...damaged)
  expect(judgeDrill(facts).verdict).toBe('fail')
  facts.length = 1
  expect(judgeDrill(facts).verdict).toBe('inconclusive')
})
