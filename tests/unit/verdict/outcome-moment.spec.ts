import type { DrillFact, Write } from '../../../lib/record/facts.ts'
import { chain, drop, type Edit, expecting, finding, losing, reading, restoring, without } from './fact-edits.ts'
import { buildCheck, change, startMs } from './facts-builder.ts'
import { editing, inOrder, repeating, striking, testPart } from './parts.ts'

const write = (sequence: number, slot: number, ms: number): Write => {
  return { sequence, slot, generation: 1, sentMs: startMs + ms, acknowledgedMs: startMs + ms + 4 }
}
/** One write to slot 0 at 14.0 s, one to slot 1 at 14.5 s, and what the two slots hold after the restore. */
const holding = (first: number, second: number): Edit =>
  chain(
    editing('writes', { writes: [write(1, 0, 14_000), write(2, 1, 14_500)] }),
    reading({
      slots: [
        [0, first],
        [1, second],
      ],
    }),
  )
const promising = expecting({ pointInTime: true })
const noRestoreAskedFor: Edit = chain(drop('restore.requested'), (facts) =>
  facts.filter((fact) => !(fact.kind === 'step.started' && fact.step === 'restore')),
)

const one = 'what was restored is the state of one moment'
const unknown = 'whether it is of one moment is not known'
const mixed =
  'what was restored is of no one moment: write 2 (slot 1, sent 22:13:34.500) is there, but write 1 (slot 0, acknowledged 22:13:34.004) is not'
const damaged = 'damaged records hide of which moment the state is'
const untold = 'no write tells of which moment it is'
const noPromise = '; the strategy promises no single moment'

testPart('point-in-time', [
  ['of nothing restored', chain(expecting({ restore: false }), drop('restore.ended')), null],
  [
    'between one that is there and one that is not',
    holding(1, -1),
    `pass: ${one} after 22:13:34.000 before 22:13:34.504`,
  ],
  ['before all writes', holding(-1, -1), `pass: ${one} before 22:13:34.004`],
  ['of a restore that nobody asked for', chain(holding(1, 2), noRestoreAskedFor), `pass: ${one} after 22:13:34.500`],
  ['mixed', holding(-1, 2), `pass: finding: ${mixed}`],
  ['mixed, though promised', chain(holding(-1, 2), promising), `fail: ${mixed}`],
  ['one, as promised', chain(holding(1, -1), promising), `pass: ${one} after 22:13:34.000 before 22:13:34.504`],
  [
    'not read back',
    without('integrity.checked', 'after-restore'),
    `pass: ${unknown}: nothing was read back${noPromise}`,
  ],
  [
    'not read back, though promised',
    chain(without('integrity.checked', 'after-restore'), promising),
    `inconclusive: ${unknown}: nothing was read back`,
  ],
  ['of no writes', drop('writes'), `pass: ${unknown}: no write was acknowledged${noPromise}`],
  [
    'of no writes, though promised',
    chain(drop('writes'), promising),
    `inconclusive: ${unknown}: no write was acknowledged`,
  ],
  ['damaged', reading({ findings: [finding] }), `pass: ${damaged}${noPromise}`],
  ['damaged, though promised', chain(reading({ findings: [finding] }), promising), `inconclusive: ${damaged}`],
  ['of writes of which none can be told', chain(holding(-2, -2), promising), `inconclusive: ${untold}`],
])

/** Slot 7 was written to at 1.35 s and 3.35 s. */
const losingSlot7 = losing(-1)
const losingOneInTheFault = reading({
  slots: buildCheck().slots.map(([slot, found]) => [slot, slot === 280 ? -1 : found]),
})
const asking = (ms: number) => editing('backup.requested', { at: startMs + ms })
const seeing = (ms: number) => editing('fault.observed', { at: startMs + ms })
const complete = 'pass: nothing is missing that was acknowledged before backup "b1" was requested'
const older = (ahead: string) => `fail: what was acknowledged ${ahead} before backup "b1" was requested is not there`

testPart('freshness', [
  ['of a restore that failed', restoring({ succeeded: false }), null],
  ['of a fault that nobody saw', drop('fault.observed'), null],
  ['of nothing that was read back', without('integrity.checked', 'after-restore'), null],
  [
    'of what cannot be trusted',
    chain(losingSlot7, (facts) =>
      change(facts, 'writes', (fact) => ({ ...fact, writes: [...fact.writes, ...fact.writes] })),
    ),
    null,
  ],
  ['of damaged records', chain(losingSlot7, reading({ findings: [finding] })), null],
  ['of a backup that nobody requested', chain(losingSlot7, drop('backup.requested')), null],
  ['of a backup requested as the fault struck', chain(losingSlot7, asking(15_010), inOrder), older('13.7 s')],
  ['of a backup requested after the fault', chain(losingSlot7, asking(15_011), inOrder), null],
  [
    'of another backup too',
    chain(
      losingSlot7,
      (facts) => change(facts, 'backup.requested', (fact): DrillFact => ({ ...fact, name: 'b0', at: startMs })),
      repeating('backup.requested', { name: 'b1', at: startMs + 6000 }),
      inOrder,
    ),
    older('4.6 s'),
  ],
  ['as much older as clocks may differ', chain(losingSlot7, asking(1404), inOrder), complete],
  ['older', chain(losingSlot7, asking(1405), inOrder), older('51 ms')],
  [
    'of a write lost that the fault may have come before',
    chain(losingOneInTheFault, striking(0, 200), seeing(15_200), asking(15_150), inOrder),
    complete,
  ],
])
