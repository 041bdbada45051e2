import type { DrillFact } from '../../../lib/record/facts.ts'
import {
  aiming,
  chain,
  checkingAfterFault,
  drop,
  type Edit,
  expecting,
  finding,
  losing,
  losingTheNewest,
  probing,
  reading,
  without,
} from './fact-edits.ts'
import { buildCheck, change, faultMs } from './facts-builder.ts'
import { editing, repeating, testPart } from './parts.ts'

/** Probes are right before the fault, and one in three from then on up to the outage's end. */
const browningOut = probing((due) => due < faultMs || due >= faultMs + 8000 || due % 150 === 0)
const downFor = (limit: string) =>
  `RTO is at least 24.4 s, over the objective of ${limit}: the service was not seen to be right for 3 s before probing ended`
const never = probing((due) => due < faultMs)
const unclear = (limit: string) =>
  `inconclusive: RTO 7.9 s–8.0 s: the objective of ${limit} lies between what can be told apart`

// 7940 ms from the fault at its latest to the last wrong probe, 8005 ms from it at its earliest to the first right answer.
testPart('rto', [
  ['of no fault', drop('fault.observed'), 'inconclusive: RTO is not known: no fault or no probes were seen'],
  ['just the objective', aiming({ rtoMs: 8005 }), 'pass: RTO 7.9 s–8.0 s, within the objective of 8.0 s'],
  ['perhaps over the objective', aiming({ rtoMs: 8004 }), unclear('8.0 s')],
  ['perhaps just the objective', aiming({ rtoMs: 7940 }), unclear('7.9 s')],
  ['over the objective', aiming({ rtoMs: 7939 }), 'fail: RTO 7.9 s–8.0 s exceeds the objective of 7.9 s'],
  [
    'of a service that was partly away',
    browningOut,
    'pass: RTO 7.9 s–8.0 s (brown-out: 67 % of 160 probes wrong within 8.0 s), within the objective of 10 s',
  ],
  ['never seen, and over the objective', chain(never, aiming({ rtoMs: 24_439 })), `fail: ${downFor('24.4 s')}`],
  [
    'never seen, and just the objective',
    chain(never, aiming({ rtoMs: 24_440 })),
    'inconclusive: the service was not seen to be right for 3 s before probing ended',
  ],
])

/** Write 281 was acknowledged while the fault took effect. */
const losingOneInTheFault = reading({
  slots: buildCheck().slots.map(([slot, found]) => [slot, slot === 280 ? -1 : found]),
})
const sendingTwice: Edit = (facts) =>
  change(facts, 'writes', (fact) => ({ ...fact, writes: [...fact.writes, ...fact.writes.slice(0, 1)] }))
const phantoms = (...slots: number[]) =>
  reading({ slots: buildCheck().slots.map(([slot, found]) => [slot, slots.includes(slot) ? 10_000 + slot : found]) })
const holds = (slot: number) => `slot ${slot} holds sequence ${10_000 + slot}, which was never sent to it`
const newest = '1 of 441 acknowledged writes lost, the oldest 46 ms–56 ms before the fault: the objective is'

testPart('rpo', [
  ['of no fault', drop('fault.observed'), 'inconclusive: RPO is not known: no fault was seen or nothing was read back'],
  [
    'of what cannot be trusted',
    chain(sendingTwice, losing(10_001)),
    'inconclusive: RPO is not known: two writes have the same sequence: 1',
  ],
  ['of four slots that hold what nobody sent', phantoms(3, 4, 5, 6), `fail: ${holds(3)}; ${holds(4)}; ${holds(5)}`],
  [
    'a write lost that was acknowledged in the fault, where none may be',
    losingOneInTheFault,
    'fail: 1 of 441 acknowledged writes lost, the oldest 0 ms–6 ms before the fault: the objective is 0 ms',
  ],
  ['over the objective', chain(losingTheNewest, aiming({ rpoMs: 45 })), `fail: ${newest} 45 ms`],
  ['perhaps just the objective', chain(losingTheNewest, aiming({ rpoMs: 46 })), `inconclusive: ${newest} 46 ms`],
  ['perhaps over the objective', chain(losingTheNewest, aiming({ rpoMs: 55 })), `inconclusive: ${newest} 55 ms`],
  ['just the objective', chain(losingTheNewest, aiming({ rpoMs: 56 })), `pass: ${newest} 56 ms`],
])

const whole = 'pass: 1000 records read back, each right'
const seeding =
  (changes: object): Edit =>
  (facts) =>
    change(facts, 'integrity.checked', (fact) =>
      fact.phase === 'seeded' ? { ...fact, check: { ...fact.check, ...changes } } : fact,
    )
const seedingAt =
  (at: number): Edit =>
  (facts) =>
    change(facts, 'integrity.checked', (fact) => (fact.phase === 'seeded' ? { ...fact, at } : fact))
const notWhole = (why: string) => `inconclusive: the volume was not whole to begin with: ${why}\n${whole}`

testPart('integrity', [
  [
    'nobody looked before',
    without('integrity.checked', 'seeded'),
    `inconclusive: nobody looked whether the volume was whole to begin with\n${whole}`,
  ],
  ['looking before failed', seeding({ error: 'EIO', objects: 0 }), notWhole('EIO')],
  ['something was wrong before', seeding({ findings: [finding] }), notWhole('bit 3 of byte 17')],
  [
    'nothing was there before',
    seeding({ objects: 0 }),
    `inconclusive: the volume held no record to begin with\n${whole}`,
  ],
  ['looked at as the fault struck', seedingAt(faultMs + 10), whole],
  [
    'looked at only after the fault',
    seedingAt(faultMs + 11),
    `inconclusive: whether the volume was whole to begin with was looked at only after the fault\n${whole}`,
  ],
  [
    'how much was read back is no number',
    reading({ objects: NaN }),
    'inconclusive: nothing of the volume was read back',
  ],
  ['read back as it was restored', editing('restore.ended', { at: faultMs + 20_000 }), whole],
])

const corrupted = chain(expecting({ corruption: true }), checkingAfterFault({}))
/** Of two looks after the fault, the second. */
const lookingAgain = (changes: object) =>
  chain(corrupted, (facts: DrillFact[]) =>
    facts.flatMap((fact) =>
      fact.kind === 'integrity.checked' && fact.phase === 'after-fault'
        ? [fact, { ...fact, check: { ...fact.check, ...changes } }]
        : [fact],
    ),
  )

testPart('corruption', [
  ['not found', corrupted, 'fail: the corruption was not detected'],
  ['not found, and none expected', checkingAfterFault({}), null],
  ['found at the second look', lookingAgain({ findings: [finding] }), null],
  ['not found, but not all looks succeeded', lookingAgain({ error: 'EIO' }), null],
])

const cover = (windows: string) => `inconclusive: no resource samples of the tool's pods cover the ${windows}`
const noRestore = chain(expecting({ restore: false }), drop('restore.ended'), drop('restore.requested'))

testPart('resources', [
  ['of none', drop('resources'), cover('backup and the restore')],
  ['of a backup alone', chain(noRestore, drop('resources')), cover('backup')],
  ['of a backup, where nothing is restored', noRestore, 'pass: sampled'],
  ['of neither', chain(noRestore, drop('resources'), drop('backup.ended')), 'pass: sampled'],
  ['of two batches', repeating('resources', { samples: [] }), 'pass: sampled'],
])
