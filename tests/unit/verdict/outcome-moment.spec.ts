import type { DrillFact, Write } from '../../../lib/record/facts.ts'
import { chain, drop, type Edit, expecting, finding, losing, reading, restoring, without } from './fact-edits.ts'
import { buildCheck, change, startMs } from './facts-builder.ts'
import { editing, inOrder, repeating, striking, testPart } from './parts.ts'

const write = (sequence: number, slot: number, ms: number): Write => {
  return { sequence, slot, generation: 1, sentMs: startMs + ms, acknowledgedMs: startMs + ms + 4 }
}
/** One write to slot 0 at 14.0 s and one to slot 1 at 14.5 s, with the content of both slots after the restore. */
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

const one = 'the restored state is of one moment'
const unknown = 'whether the restored state is of one moment is not known'
const mixed =
  'the restored state mixes several moments: write 2 (slot 1, sent 22:13:34.500) is there, but write 1 (slot 0, acknowledged 22:13:34.004) is not'
const damaged = 'damaged records hide the moment of the restored state'
const noEvidence = 'no write shows the moment of the restored state'
const noPromise = '; the strategy does not promise a single moment'

testPart('point-in-time', [
  ['nothing was restored', chain(expecting({ restore: false }), drop('restore.ended')), null],
  [
    'an older write is present and a newer one is missing',
    holding(1, -1),
    `pass: ${one} after 22:13:34.000 before 22:13:34.504`,
  ],
  ['all writes are missing', holding(-1, -1), `pass: ${one} before 22:13:34.004`],
  [
    'all writes are present and no restore was requested',
    chain(holding(1, 2), noRestoreAskedFor),
    `pass: ${one} after 22:13:34.500`,
  ],
  ['two moments are mixed', holding(-1, 2), `pass: finding: ${mixed}`],
  ['two moments are mixed, although one is promised', chain(holding(-1, 2), promising), `fail: ${mixed}`],
  [
    'the state is of one moment, as promised',
    chain(holding(1, -1), promising),
    `pass: ${one} after 22:13:34.000 before 22:13:34.504`,
  ],
  [
    'nothing was read back',
    without('integrity.checked', 'after-restore'),
    `pass: ${unknown}: nothing was read back${noPromise}`,
  ],
  [
    'nothing was read back, although one moment is promised',
    chain(without('integrity.checked', 'after-restore'), promising),
    `inconclusive: ${unknown}: nothing was read back`,
  ],
  ['no write was recorded', drop('writes'), `pass: ${unknown}: no write was acknowledged${noPromise}`],
  [
    'no write was recorded, although one moment is promised',
    chain(drop('writes'), promising),
    `inconclusive: ${unknown}: no write was acknowledged`,
  ],
  ['a record is damaged', reading({ findings: [finding] }), `pass: ${damaged}${noPromise}`],
  [
    'a record is damaged, although one moment is promised',
    chain(reading({ findings: [finding] }), promising),
    `inconclusive: ${damaged}`,
  ],
  ['all slots are unreadable', chain(holding(-2, -2), promising), `inconclusive: ${noEvidence}`],
])

/** Slot 7 was written to at 1.35 s and 3.35 s. */
const losingSlot7 = losing(-1)
const losingOneInTheFault = reading({
  slots: buildCheck().slots.map(([slot, found]) => [slot, slot === 280 ? -1 : found]),
})
const asking = (ms: number) => editing('backup.requested', { at: startMs + ms })
const seeing = (ms: number) => editing('fault.observed', { at: startMs + ms })
const complete = 'pass: no write is missing that was acknowledged before backup "b1" was requested'
const older = (ahead: string) =>
  `fail: a write that was acknowledged ${ahead} before backup "b1" was requested is missing`

testPart('freshness', [
  ['the restore failed', restoring({ succeeded: false }), null],
  ['the fault was not seen', drop('fault.observed'), null],
  ['nothing was read back', without('integrity.checked', 'after-restore'), null],
  [
    'two writes have the same sequence',
    chain(losingSlot7, (facts) =>
      change(facts, 'writes', (fact) => ({ ...fact, writes: [...fact.writes, ...fact.writes] })),
    ),
    null,
  ],
  ['a record is damaged', chain(losingSlot7, reading({ findings: [finding] })), null],
  ['no backup was requested', chain(losingSlot7, drop('backup.requested')), null],
  ['the backup was requested as the fault took effect', chain(losingSlot7, asking(15_010), inOrder), older('13.7 s')],
  ['the backup was requested after the fault', chain(losingSlot7, asking(15_011), inOrder), null],
  [
    'another backup was requested too',
    chain(
      losingSlot7,
      (facts) => change(facts, 'backup.requested', (fact): DrillFact => ({ ...fact, name: 'b0', at: startMs })),
      repeating('backup.requested', { name: 'b1', at: startMs + 6000 }),
      inOrder,
    ),
    older('4.6 s'),
  ],
  [
    'a lost write is older than the request within the clock tolerance',
    chain(losingSlot7, asking(1404), inOrder),
    complete,
  ],
  ['a lost write is older than the request', chain(losingSlot7, asking(1405), inOrder), older('51 ms')],
  [
    'a write was lost that the fault may precede',
    chain(losingOneInTheFault, striking(0, 200), seeing(15_200), asking(15_150), inOrder),
    complete,
  ],
])
