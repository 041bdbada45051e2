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

/** Probes are right before the fault. From then until the end of the outage, one in three is right. */
const browningOut = probing((due) => due < faultMs || due >= faultMs + 8000 || due % 150 === 0)
const downFor = (limit: string) =>
  `RTO is at least 24.4 s, over the objective of ${limit}: the service was not seen to be right for 3 s before probing ended`
const never = probing((due) => due < faultMs)
const unclear = (limit: string) =>
  `inconclusive: RTO 7.9 s–8.0 s: the objective of ${limit} lies within the measured interval`

// 7940 ms from the latest fault time to the last wrong probe, 8005 ms from the earliest fault time to the first right
// answer.
testPart('rto', [
  ['no fault was seen', drop('fault.observed'), 'inconclusive: RTO is not known: no fault or no probes were seen'],
  [
    'the upper bound meets the objective',
    aiming({ rtoMs: 8005 }),
    'pass: RTO 7.9 s–8.0 s, within the objective of 8.0 s',
  ],
  ['the upper bound is over the objective', aiming({ rtoMs: 8004 }), unclear('8.0 s')],
  ['the lower bound meets the objective', aiming({ rtoMs: 7940 }), unclear('7.9 s')],
  [
    'the lower bound is over the objective',
    aiming({ rtoMs: 7939 }),
    'fail: RTO 7.9 s–8.0 s exceeds the objective of 7.9 s',
  ],
  [
    'the service had a brown-out',
    browningOut,
    'pass: RTO 7.9 s–8.0 s (brown-out: 67 % of 160 probes wrong within 8.0 s), within the objective of 10 s',
  ],
  [
    'the service was not restored and is over the objective',
    chain(never, aiming({ rtoMs: 24_439 })),
    `fail: ${downFor('24.4 s')}`,
  ],
  [
    'the service was not restored and is not yet over the objective',
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
  [
    'no fault was seen',
    drop('fault.observed'),
    'inconclusive: RPO is not known: no fault was seen or nothing was read back',
  ],
  [
    'two writes have the same sequence',
    chain(sendingTwice, losing(10_001)),
    'inconclusive: RPO is not known: two writes have the same sequence: 1',
  ],
  ['four slots hold records that were never sent', phantoms(3, 4, 5, 6), `fail: ${holds(3)}; ${holds(4)}; ${holds(5)}`],
  [
    'a write that was acknowledged during the fault is lost, with an RPO of 0',
    losingOneInTheFault,
    'fail: 1 of 441 acknowledged writes lost, the oldest 0 ms–6 ms before the fault: the objective is 0 ms',
  ],
  [
    'the lost write is older than the objective',
    chain(losingTheNewest, aiming({ rpoMs: 45 })),
    `fail: ${newest} 45 ms`,
  ],
  [
    'the lower bound of the age meets the objective',
    chain(losingTheNewest, aiming({ rpoMs: 46 })),
    `inconclusive: ${newest} 46 ms`,
  ],
  [
    'the upper bound of the age is over the objective',
    chain(losingTheNewest, aiming({ rpoMs: 55 })),
    `inconclusive: ${newest} 55 ms`,
  ],
  [
    'the upper bound of the age meets the objective',
    chain(losingTheNewest, aiming({ rpoMs: 56 })),
    `pass: ${newest} 56 ms`,
  ],
])

const whole = 'pass: 1000 records were read back, and all are right'
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
const notWhole = (why: string) => `inconclusive: the volume was damaged before the fault: ${why}\n${whole}`

testPart('integrity', [
  [
    'the volume was not checked before the fault',
    without('integrity.checked', 'seeded'),
    `inconclusive: the volume was not checked before the fault\n${whole}`,
  ],
  ['the check before the fault failed', seeding({ error: 'EIO', objects: 0 }), notWhole('EIO')],
  ['the volume was damaged before the fault', seeding({ findings: [finding] }), notWhole('bit 3 of byte 17')],
  [
    'the volume was empty before the fault',
    seeding({ objects: 0 }),
    `inconclusive: the volume held no record before the fault\n${whole}`,
  ],
  ['the first check was made as the fault took effect', seedingAt(faultMs + 10), whole],
  [
    'the first check was made after the fault',
    seedingAt(faultMs + 11),
    `inconclusive: the first check of the volume was made after the fault\n${whole}`,
  ],
  [
    'the number of records is not a number',
    reading({ objects: NaN }),
    'inconclusive: no data of the volume was read back',
  ],
  ['the volume was read back as it was restored', editing('restore.ended', { at: faultMs + 20_000 }), whole],
])

const corrupted = chain(expecting({ corruption: true }), checkingAfterFault({}))
/** Adds a second check after the fault. */
const lookingAgain = (changes: object) =>
  chain(corrupted, (facts: DrillFact[]) =>
    facts.flatMap((fact) =>
      fact.kind === 'integrity.checked' && fact.phase === 'after-fault'
        ? [fact, { ...fact, check: { ...fact.check, ...changes } }]
        : [fact],
    ),
  )

testPart('corruption', [
  ['the check after the fault found nothing', corrupted, 'fail: the corruption was not detected'],
  ['no corruption was expected', checkingAfterFault({}), null],
  ['the second check found the corruption', lookingAgain({ findings: [finding] }), null],
  ['one of two checks failed', lookingAgain({ error: 'EIO' }), null],
])

const cover = (windows: string) => `inconclusive: no resource samples of the tool's pods cover the ${windows}`
const noRestore = chain(expecting({ restore: false }), drop('restore.ended'), drop('restore.requested'))

testPart('resources', [
  ['no samples exist', drop('resources'), cover('backup and the restore')],
  ['a backup without a restore has no samples', chain(noRestore, drop('resources')), cover('backup')],
  ['a backup without a restore has samples', noRestore, 'pass: resource samples cover the operations'],
  [
    'there is neither a backup nor a restore',
    chain(noRestore, drop('resources'), drop('backup.ended')),
    'pass: resource samples cover the operations',
  ],
  [
    'the samples come in two batches',
    repeating('resources', { samples: [] }),
    'pass: resource samples cover the operations',
  ],
])
