import { expect, test } from '@playwright/test'
import type { DrillFact, OperationResult } from '../../../lib/record/facts.ts'
import { measureOperation } from '../../../lib/verdict/operations.ts'
import {
  backingUp,
  chain,
  drop,
  type Edit,
  expecting,
  finding as damage,
  losing,
  proving,
  reading,
  without,
} from './fact-edits.ts'
import { buildOperation, change, faultMs, startMs } from './facts-builder.ts'
import { editing, repeating, striking, testPart } from './parts.ts'

const failed = { state: 'Failed', succeeded: false }
const mayFail = expecting({ backupMayFail: true })
const noRestore = expecting({ restore: false })
const completed = 'pass: backup "b1" ended as "Completed"'
const admitted = 'pass: backup "b1" failed and reported it ("Failed"), as this drill allows'
const tooEarly = 'inconclusive: backup "b1" ended as "Failed" before the fault could disturb it'
const nothingSeen = 'inconclusive: no backup was seen to end'
const neverRequested = 'inconclusive: backup "b1" ended, but it was never requested'
const silent = 'inconclusive: backup "b1" reported "Completed" but not how many bytes it moved'
const afterFault = 'inconclusive: backup "b1" ended after the fault, so it may hold damaged data'
const nothingMoved = 'backup "b1" reported "Completed", but it moved zero bytes'
const lostAll = 'fail: backup "b1" reported "Completed", but it moved zero bytes, and data is lost'
const noState = 'inconclusive: backup "b1" reported no state'

/** Adds a backup besides the restored one. */
const another = (name: string, changes: Partial<OperationResult> = {}): Edit =>
  chain(repeating('backup.requested', { name }), (facts) =>
    facts.flatMap((fact): DrillFact[] =>
      fact.kind === 'backup.ended' && fact.name === 'b1'
        ? [fact, { ...fact, name, operation: buildOperation(changes) }]
        : [fact],
    ),
  )

testPart('backup', [
  ['the backup moved zero bytes', backingUp({ bytes: 0 }), `inconclusive: ${nothingMoved}`],
  [
    'the backup moved zero bytes and nothing was read back',
    chain(backingUp({ bytes: 0 }), drop('integrity.checked')),
    `inconclusive: ${nothingMoved}`,
  ],
  ['the backup moved zero bytes and a write is lost', chain(backingUp({ bytes: 0 }), losing(-1)), lostAll],
  [
    'the backup moved zero bytes and a record is damaged',
    chain(backingUp({ bytes: 0 }), reading({ findings: [damage] })),
    lostAll,
  ],
  ['no backup was made or needed', chain(noRestore, drop('backup.requested'), drop('backup.ended')), null],
  [
    'no backup was made and no plan says if one is needed',
    chain(drop('drill.planned'), drop('backup.requested'), drop('backup.ended')),
    nothingSeen,
  ],
  ['a requested backup did not end, although none is needed', chain(noRestore, drop('backup.ended')), nothingSeen],
  [
    'a backup ended without a request, although none is needed',
    chain(noRestore, drop('backup.requested')),
    neverRequested,
  ],
  ['two backups succeeded', another('b2'), completed],
  [
    'only another backup was requested',
    chain(another('b2'), (facts) => facts.filter((fact) => !(fact.kind === 'backup.requested' && fact.name === 'b1'))),
    neverRequested,
  ],
  ['another backup failed', another('b2', failed), 'fail: backup "b2" ended as "Failed"'],
  [
    'another backup failed and was allowed to',
    chain(mayFail, striking(-6500, -6000), another('b2', failed)),
    'pass: backup "b2" failed and reported it ("Failed"), as this drill allows',
  ],
  ['another backup did not report its size', another('b2', { bytes: null }), silent.replace('b1', 'b2')],
  [
    'one backup failed and another did not report its size',
    chain(another('b2', failed), another('b3', { bytes: null })),
    'fail: backup "b2" ended as "Failed"',
  ],
  [
    'the backup was requested while the fault took effect',
    editing('backup.requested', { at: faultMs + 10 }),
    completed,
  ],
  ['the backup ended within one second after the fault', backingUp({ endedMs: faultMs + 1010 }), completed],
  ['the backup ended more than one second after the fault', backingUp({ endedMs: faultMs + 1011 }), afterFault],
  [
    'the backup ended after the fault and nothing was restored',
    chain(noRestore, backingUp({ endedMs: faultMs + 1011 })),
    completed,
  ],
  ['the backup reported no state', backingUp({ state: '  ' }), noState],
  [
    'the backup failed and there is no plan',
    chain(drop('drill.planned'), backingUp(failed)),
    'inconclusive: backup "b1" ended as "Failed", and no plan says whether it may',
  ],
  [
    'a backup failed as allowed and the fault was not seen',
    chain(mayFail, drop('fault.observed'), backingUp(failed)),
    admitted,
  ],
  [
    'a backup failed as allowed in the second of the fault',
    chain(mayFail, striking(-1, 0), backingUp({ ...failed, endedMs: startMs + 14_000 })),
    admitted,
  ],
  [
    'a backup failed in the second before the fault',
    chain(mayFail, striking(0, 0), backingUp({ ...failed, endedMs: startMs + 14_000 })),
    tooEarly,
  ],
  [
    'a backup failed in the millisecond before the fault, by a clock with milliseconds',
    chain(mayFail, striking(0, 0), backingUp({ ...failed, endedMs: startMs + 14_999 })),
    tooEarly,
  ],
  [
    'a backup failed before the fault and was seen after it',
    chain(mayFail, backingUp(failed), editing('backup.ended', { at: startMs + 16_000 })),
    tooEarly,
  ],
  [
    'a backup failed as allowed, its end is unknown, and it was seen after the fault',
    chain(mayFail, backingUp({ ...failed, endedMs: null }), editing('backup.ended', { at: startMs + 16_000 })),
    admitted,
  ],
  ['the size of the backup is negative', backingUp({ bytes: -1 }), silent],
  ['the size of the backup is infinite', backingUp({ bytes: Infinity }), silent],
  ['the start time of the backup is not known', backingUp({ startedMs: null }), completed],
  ['the end time of the backup is not known', backingUp({ endedMs: null }), completed],
  ['the backup took no time', backingUp({ startedMs: startMs + 9000 }), completed],
])

/** The restored backup was made by the schedule of the tool. */
const finding = (changes: Partial<OperationResult>): Edit =>
  chain(
    (facts) =>
      facts.flatMap((fact): DrillFact[] => {
        if (fact.kind !== 'restore.requested') return [fact]
        return [{ ...fact, kind: 'backup.found', operation: buildOperation(changes) }, fact]
      }),
    editing('backup.found', { name: 'clock' }),
    editing('restore.ended', { name: 'clock' }),
  )

testPart('backup', [
  ['a scheduled backup succeeded before the fault', finding({}), 'pass: backup "clock" ended as "Completed"'],
  [
    'a scheduled backup ended while the fault took effect',
    finding({ endedMs: faultMs + 10 }),
    'pass: backup "clock" ended as "Completed"',
  ],
  [
    'a scheduled backup ended after the fault',
    finding({ endedMs: faultMs + 11 }),
    'inconclusive: backup "clock" ended after the fault, so it was not available for the restore',
  ],
  [
    'a scheduled backup did not report its end',
    finding({ endedMs: null }),
    'inconclusive: backup "clock" does not report when it ended',
  ],
  [
    'a scheduled backup failed, although requested ones may fail',
    chain(mayFail, finding(failed), (facts) => change(facts, 'backup.ended', () => null), drop('backup.requested')),
    'fail: backup "clock" ended as "Failed"',
  ],
])

const claimed = 'backup "b1" reported "Completed"'
const unproved = `inconclusive: ${claimed}, and its content was not checked`

testPart('backup-content', [
  [
    'the disturbed backup holds all records',
    proving({}, {}),
    `pass: ${claimed}, and each of its 1000 records is right`,
  ],
  ['no backup may fail', (facts) => facts, null],
  ['no backup ended', chain(mayFail, drop('backup.ended')), null],
  [
    'the content of another backup was checked',
    chain(proving({}, {}), editing('backup.proved', { name: 'b2' })),
    unproved,
  ],
  [
    'the checked backup holds fewer records than came back and the initial number is not known',
    chain(proving({}, { objects: 999 }), without('integrity.checked', 'seeded')),
    `pass: ${claimed}, and each of its 999 records is right`,
  ],
  [
    'the disturbed backup is whole and the fault was not seen',
    chain(proving({}, {}), drop('fault.observed')),
    `pass: ${claimed}, and each of its 1000 records is right`,
  ],
  [
    'the backup ended as the fault took effect',
    chain(proving({}, {}), backingUp({ endedMs: faultMs })),
    'inconclusive: the fault came after backup "b1" had ended, so it was not disturbed',
  ],
])

test('an operation has a duration only if its start and end are known and in order', () => {
  const took = (startedMs: number | null, endedMs: number | null) => measureOperation({ startedMs, endedMs })
  expect([took(1000, 3500), took(1000, 1000), took(-1, 0)]).toEqual([2500, 0, 1])
  expect([took(null, 3500), took(-1000, null), took(null, null), took(1000, 999), took(0, Infinity)]).toEqual(
    Array(5).fill(null),
  )
})
