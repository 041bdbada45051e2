import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { checkSummary } from '../../../lib/report/results.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { aiming, chain, drop, finding, loading, losingTheNewest, probing, reading } from './fact-edits.ts'
import { buildCheck, buildDrill, buildOperation, buildRun, change, faultMs } from './facts-builder.ts'
import { testPart } from './parts.ts'

const notRecoverable = (facts: DrillFact[]) =>
  change(facts, 'drill.planned', (fact) => ({
    ...fact,
    expectations: { ...fact.expectations, recoverable: false },
  }))

const refused = change(buildDrill(), 'restore.ended', (fact) => ({
  ...fact,
  operation: buildOperation({ state: 'Failed', succeeded: false }),
}))

const soItIs = 'not recoverable, as expected'

const empty = change(buildDrill(), 'integrity.checked', (fact) =>
  fact.phase === 'after-restore' ? { ...fact, check: buildCheck({ objects: 0, bytes: 0, slots: [] }) } : fact,
)

test('the outcome of a drill names whether the service recovered', () => {
  expect(judgeDrill(buildDrill()).evidence.outcome).toBe('survives')
  expect(judgeDrill(refused).evidence.outcome).toBe('does not recover')
  expect(judgeDrill(empty).evidence.outcome).toBe('does not recover')
})

const seededWrong = change(buildDrill(), 'integrity.checked', (fact) =>
  fact.phase === 'seeded' ? { ...fact, check: { ...fact.check, findings: [finding] } } : fact,
)
const away = probing((due) => due < faultMs)
const unasked = chain(away, drop('restore.requested'))

for (const [what, facts, outcome] of [
  ['is restored late', aiming({ rtoMs: 1000 })(buildDrill()), 'survives'],
  ['is restored without its newest write', losingTheNewest(buildDrill()), 'recovers with loss'],
  ['is away at the end, after a restore', away(buildDrill()), 'does not recover'],
  ['is away at the end, and no restore was requested', unasked(buildDrill()), null],
  ['was never away', probing(() => true)(buildDrill()), null],
  ['is whole, and was damaged before the fault', seededWrong, null],
  ['is damaged, and was so before the fault', reading({ findings: [finding] })(seededWrong), 'does not recover'],
  ['has no recorded writes', drop('writes')(buildDrill()), null],
] as const) {
  test(`the outcome is ${outcome === null ? 'unknown' : `"${outcome}"`} if the service ${what}`, () => {
    expect(judgeDrill(facts).evidence.outcome).toBe(outcome)
  })
}

testPart('outcome', [
  ['a loss is not expected', away, null],
  ['the restore failed', () => notRecoverable(refused), `pass: ${soItIs}: restore of "b1" ended as "Failed"`],
  [
    'the restore failed and the load was too low',
    () => loading({ requests: 1 })(notRecoverable(refused)),
    `pass: ${soItIs}: restore of "b1" ended as "Failed"`,
  ],
  ['the restored volume is empty', () => notRecoverable(empty), `pass: ${soItIs}: no record was there to read back`],
  [
    'not seen',
    () => notRecoverable(drop('writes')(buildDrill())),
    'inconclusive: expected: not recoverable; the outcome was not seen',
  ],
  [
    'a part of the data is brought back',
    () => notRecoverable(losingTheNewest(buildDrill())),
    'fail: expected: not recoverable, but the service recovers with loss',
  ],
])

test('a drill without a check at the end has no outcome', () => {
  const unread = change(buildDrill(), 'integrity.checked', (fact) => (fact.phase === 'after-restore' ? null : fact))
  expect(judgeDrill(unread).evidence.outcome).toBeNull()
  expect(judgeDrill(notRecoverable(unread))).toMatchObject({
    verdict: 'inconclusive',
    reasons: [expect.stringContaining('the outcome was not seen')],
  })
})

test('a row that is not recoverable passes while nothing recovers, and gives the reason', () => {
  for (const facts of [refused, empty]) {
    const result = judgeDrill(notRecoverable(facts))
    expect(result.verdict).toBe('pass')
    expect(result.parts.at(-1)?.reason).toMatch(/not recoverable, as expected: /)
  }
  expect(judgeDrill(refused).verdict).toBe('fail')
})

test('a row that is not recoverable fails if the service recovers', () => {
  expect(judgeDrill(notRecoverable(buildDrill()))).toMatchObject({
    verdict: 'fail',
    reasons: ['expected: not recoverable, but the service survives'],
  })
})

test('a row that is not recoverable does not pass if its fault was not seen', () => {
  const unseen = change(refused, 'fault.observed', () => null)
  expect(judgeDrill(notRecoverable(unseen)).verdict).toBe('inconclusive')
})

test('leftovers of a fault fail the drill, and a missing check for leftovers is inconclusive', () => {
  const left = change(buildDrill(), 'inventory.checked', (fact) => ({ ...fact, left: ['node "one" is stopped'] }))
  expect(judgeDrill(left)).toMatchObject({ verdict: 'fail', reasons: ['node "one" is stopped'] })
  const none = change(buildDrill(), 'inventory.checked', () => null)
  expect(judgeDrill(none)).toMatchObject({ verdict: 'inconclusive' })
  const failed = change(buildDrill(), 'inventory.checked', (fact) => ({ ...fact, error: 'no answer' }))
  expect(judgeDrill(failed)).toMatchObject({ verdict: 'inconclusive' })
})

test('a restore that may fail must be repeated with success', () => {
  const mayFail = (facts: DrillFact[]) =>
    change(facts, 'drill.planned', (fact) => ({
      ...fact,
      expectations: { ...fact.expectations, restoreMayFail: true },
    }))
  const [again] = buildDrill().filter(({ kind }) => kind === 'restore.ended')
  const [asked] = buildDrill().filter(({ kind }) => kind === 'restore.requested')
  if (!again || !asked) throw new Error('the built drill has no restore')
  const twice = [...refused, { ...asked, at: asked.at + 5001 }, { ...again, at: again.at + 2 }].toSorted(
    (a, b) => a.at - b.at,
  )
  expect(judgeDrill(mayFail(twice)).verdict).toBe('pass')
  expect(judgeDrill(twice).verdict).toBe('fail')
  expect(judgeDrill(mayFail(refused)).verdict).toBe('fail')
})

test('a scheduled backup counts if it ended before the fault', () => {
  const found = (endedMs: number | null) =>
    buildDrill().flatMap((fact): DrillFact[] => {
      if (fact.kind !== 'restore.requested') return [fact]
      const { at, drill } = fact
      const operation = buildOperation({ endedMs })
      return [
        { at: at - 1, drill, kind: 'backup.found', name: 'clock', operation },
        { ...fact, name: 'clock' },
      ]
    })
  const restored = (facts: DrillFact[]) => change(facts, 'restore.ended', (fact) => ({ ...fact, name: 'clock' }))
  const before = buildOperation().endedMs ?? 0
  expect(judgeDrill(restored(found(before))).verdict).toBe('pass')
  expect(judgeDrill(restored(found(before + 60_000))).reasons.join()).toMatch(/ended after the fault/)
  expect(judgeDrill(restored(found(null))).verdict).toBe('inconclusive')
})

test('only a row that is not recoverable may pass without figures in the summary', () => {
  const silent = change(refused, 'probes', (fact) => ({
    ...fact,
    samples: fact.samples.map(([due, answered, right]) =>
      due < faultMs ? [due, answered, right] : [due, null, false],
    ),
  }))
  const summary = summarise({ facts: buildRun(notRecoverable(silent)), torn: [] })
  expect(summary.drills).toMatchObject([{ verdict: 'pass', rtoMs: null }])
  expect(() => {
    checkSummary(summary)
  }).not.toThrow()
  const [drill] = summarise({ facts: buildRun(), torn: [] }).drills
  expect(() => {
    checkSummary({ ...summary, drills: [{ ...drill, rtoMs: null }] })
  }).toThrow(/rtoMs/)
})
