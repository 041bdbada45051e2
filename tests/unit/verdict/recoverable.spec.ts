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

const soItIs = 'expected: not recoverable, and so it is'

const empty = change(buildDrill(), 'integrity.checked', (fact) =>
  fact.phase === 'after-restore' ? { ...fact, check: buildCheck({ objects: 0, bytes: 0, slots: [] }) } : fact,
)

test('what became of the service is named', () => {
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
  ['late', aiming({ rtoMs: 1000 })(buildDrill()), 'survives'],
  ['without its newest write', losingTheNewest(buildDrill()), 'recovers with loss'],
  ['away in the end, though restored', away(buildDrill()), 'does not recover'],
  ['away in the end, and nobody asked for a restore', unasked(buildDrill()), null],
  ['never away', probing(() => true)(buildDrill()), null],
  ['whole, and was not to begin with', seededWrong, null],
  ['damaged, and was so to begin with', reading({ findings: [finding] })(seededWrong), 'does not recover'],
  ['of writes that nobody kept', drop('writes')(buildDrill()), null],
] as const) {
  test(`a service ${what}: ${outcome ?? 'not known'}`, () => {
    expect(judgeDrill(facts).evidence.outcome).toBe(outcome)
  })
}

testPart('outcome', [
  ['none where it is not expected', away, null],
  ['the restore failed', () => notRecoverable(refused), `pass: ${soItIs}: restore of "b1" ended as "Failed"`],
  [
    'the restore failed, of a drill with too little load',
    () => loading({ requests: 1 })(notRecoverable(refused)),
    `pass: ${soItIs}: restore of "b1" ended as "Failed"`,
  ],
  ['nothing is there', () => notRecoverable(empty), `pass: ${soItIs}: no record was there to read back`],
  [
    'not seen',
    () => notRecoverable(drop('writes')(buildDrill())),
    'inconclusive: expected: not recoverable; what became of it was not seen',
  ],
  [
    'some of it',
    () => notRecoverable(losingTheNewest(buildDrill())),
    'fail: expected: not recoverable; and yet it recovers with loss',
  ],
])

test('what was not read back has no outcome', () => {
  const unread = change(buildDrill(), 'integrity.checked', (fact) => (fact.phase === 'after-restore' ? null : fact))
  expect(judgeDrill(unread).evidence.outcome).toBeNull()
  expect(judgeDrill(notRecoverable(unread))).toMatchObject({
    verdict: 'inconclusive',
    reasons: [expect.stringContaining('what became of it was not seen')],
  })
})

test('a row that nobody recovers from passes as long as that holds, and says why', () => {
  for (const facts of [refused, empty]) {
    const result = judgeDrill(notRecoverable(facts))
    expect(result.verdict).toBe('pass')
    expect(result.parts.at(-1)?.reason).toMatch(/expected: not recoverable, and so it is: /)
  }
  expect(judgeDrill(refused).verdict).toBe('fail')
})

test('a row that nobody recovers from fails when somebody does', () => {
  expect(judgeDrill(notRecoverable(buildDrill()))).toMatchObject({
    verdict: 'fail',
    reasons: ['expected: not recoverable; and yet it survives'],
  })
})

test('a row that nobody recovers from is not passed when its fault was not seen', () => {
  const unseen = change(refused, 'fault.observed', () => null)
  expect(judgeDrill(notRecoverable(unseen)).verdict).toBe('inconclusive')
})

test('what is left of a fault fails the drill, and an inventory that was not taken proves nothing', () => {
  const left = change(buildDrill(), 'inventory.checked', (fact) => ({ ...fact, left: ['node "one" is stopped'] }))
  expect(judgeDrill(left)).toMatchObject({ verdict: 'fail', reasons: ['node "one" is stopped'] })
  const none = change(buildDrill(), 'inventory.checked', () => null)
  expect(judgeDrill(none)).toMatchObject({ verdict: 'inconclusive' })
  const failed = change(buildDrill(), 'inventory.checked', (fact) => ({ ...fact, error: 'no answer' }))
  expect(judgeDrill(failed)).toMatchObject({ verdict: 'inconclusive' })
})

test('a restore that may fail must be done again, and succeed', () => {
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

test('a backup that the tool made by its own clock counts when it had ended before the fault', () => {
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

test('a summary holds a row that passes because nothing came back, and no other that passes without its figures', () => {
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
