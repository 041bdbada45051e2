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
const admitted = 'pass: backup "b1" did not succeed and says so ("Failed"), as it may in this drill'
const tooEarly = 'inconclusive: backup "b1" ended as "Failed" before the fault came: it disturbed nothing'
const nothingSeen = 'inconclusive: no backup was seen to end'
const neverRequested = 'inconclusive: backup "b1" ended and was never requested'
const silent = 'inconclusive: backup "b1" says "Completed" and does not say how many bytes it moved'
const afterFault = 'inconclusive: backup "b1" ended after the fault: it may hold what the fault left'
const nothingMoved = 'backup "b1" says "Completed" and moved zero bytes'
const lostAll = 'fail: backup "b1" says "Completed", moved zero bytes, and data is lost'
const noState = 'inconclusive: backup "b1" reported no state'

/** One more backup beside the one that is restored. */
const another = (name: string, changes: Partial<OperationResult> = {}): Edit =>
  chain(repeating('backup.requested', { name }), (facts) =>
    facts.flatMap((fact): DrillFact[] =>
      fact.kind === 'backup.ended' && fact.name === 'b1'
        ? [fact, { ...fact, name, operation: buildOperation(changes) }]
        : [fact],
    ),
  )

testPart('backup', [
  ['of no bytes', backingUp({ bytes: 0 }), `inconclusive: ${nothingMoved}`],
  [
    'of no bytes, and nothing was read back',
    chain(backingUp({ bytes: 0 }), drop('integrity.checked')),
    `inconclusive: ${nothingMoved}`,
  ],
  ['of no bytes, and a write is lost', chain(backingUp({ bytes: 0 }), losing(-1)), lostAll],
  ['of no bytes, and a record is damaged', chain(backingUp({ bytes: 0 }), reading({ findings: [damage] })), lostAll],
  ['none, and none needed', chain(noRestore, drop('backup.requested'), drop('backup.ended')), null],
  [
    'none, where no plan says whether it is needed',
    chain(drop('drill.planned'), drop('backup.requested'), drop('backup.ended')),
    nothingSeen,
  ],
  ['requested and not ended, though none is needed', chain(noRestore, drop('backup.ended')), nothingSeen],
  ['ended and not requested, though none is needed', chain(noRestore, drop('backup.requested')), neverRequested],
  ['two', another('b2'), completed],
  [
    'not requested, though another was',
    chain(another('b2'), (facts) => facts.filter((fact) => !(fact.kind === 'backup.requested' && fact.name === 'b1'))),
    neverRequested,
  ],
  ['another that failed', another('b2', failed), 'fail: backup "b2" ended as "Failed"'],
  [
    'another that may fail, and did',
    chain(mayFail, striking(-6500, -6000), another('b2', failed)),
    'pass: backup "b2" did not succeed and says so ("Failed"), as it may in this drill',
  ],
  ['another that does not say what it moved', another('b2', { bytes: null }), silent.replace('b1', 'b2')],
  [
    'one that does not say, and then one that failed',
    chain(another('b2', failed), another('b3', { bytes: null })),
    'fail: backup "b2" ended as "Failed"',
  ],
  ['requested as the fault struck', editing('backup.requested', { at: faultMs + 10 }), completed],
  ['ended within the second after the fault', backingUp({ endedMs: faultMs + 1010 }), completed],
  ['ended later', backingUp({ endedMs: faultMs + 1011 }), afterFault],
  ['ended later, where nothing is restored', chain(noRestore, backingUp({ endedMs: faultMs + 1011 })), completed],
  ['without a state', backingUp({ state: '  ' }), noState],
  [
    'failed, and no plan says whether it may',
    chain(drop('drill.planned'), backingUp(failed)),
    'inconclusive: backup "b1" ended as "Failed"; whether it may is not known',
  ],
  ['failed as it may, at a fault that nobody saw', chain(mayFail, drop('fault.observed'), backingUp(failed)), admitted],
  [
    'failed in the second in which the fault struck',
    chain(mayFail, striking(-1, 0), backingUp({ ...failed, endedMs: startMs + 14_000 })),
    admitted,
  ],
  [
    'failed in the second before',
    chain(mayFail, striking(0, 0), backingUp({ ...failed, endedMs: startMs + 14_000 })),
    tooEarly,
  ],
  [
    'failed in the millisecond before, of a tool that tells them',
    chain(mayFail, striking(0, 0), backingUp({ ...failed, endedMs: startMs + 14_999 })),
    tooEarly,
  ],
  [
    'failed before the fault, and was seen after it',
    chain(mayFail, backingUp(failed), editing('backup.ended', { at: startMs + 16_000 })),
    tooEarly,
  ],
  [
    'failed at a time that is only known from when it was seen',
    chain(mayFail, backingUp({ ...failed, endedMs: null }), editing('backup.ended', { at: startMs + 16_000 })),
    admitted,
  ],
  ['of fewer bytes than none', backingUp({ bytes: -1 }), silent],
  ['of endless bytes', backingUp({ bytes: Infinity }), silent],
  ['of a beginning that is not known', backingUp({ startedMs: null }), completed],
  ['of an end that is not known', backingUp({ endedMs: null }), completed],
  ['of no time', backingUp({ startedMs: startMs + 9000 }), completed],
])

/** The tool made it by its own clock, and it is what was restored. */
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
  ['of the tool itself', finding({}), 'pass: backup "clock" ended as "Completed"'],
  [
    'of the tool itself, ended as the fault struck',
    finding({ endedMs: faultMs + 10 }),
    'pass: backup "clock" ended as "Completed"',
  ],
  [
    'of the tool itself, ended later',
    finding({ endedMs: faultMs + 11 }),
    'inconclusive: backup "clock" ended after the fault: it was not there to restore from',
  ],
  [
    'of the tool itself, of no end',
    finding({ endedMs: null }),
    'inconclusive: backup "clock" does not say when it ended',
  ],
  [
    'of the tool itself, failed, though others may',
    chain(mayFail, finding(failed), (facts) => change(facts, 'backup.ended', () => null), drop('backup.requested')),
    'fail: backup "clock" ended as "Failed"',
  ],
])

const claimed = 'backup "b1" says "Completed"'
const unproved = `inconclusive: ${claimed}, and what it holds was not looked at`

testPart('backup-content', [
  ['true', proving({}, {}), `pass: ${claimed}, and each of its 1000 records is right`],
  ['none where no backup may fail', (facts) => facts, null],
  ['none of no backup', chain(mayFail, drop('backup.ended')), null],
  ['of which another backup was looked at', chain(proving({}, {}), editing('backup.proved', { name: 'b2' })), unproved],
  [
    'of fewer records than came back, where what was there to begin with is not known',
    chain(proving({}, { objects: 999 }), without('integrity.checked', 'seeded')),
    `pass: ${claimed}, and each of its 999 records is right`,
  ],
  [
    'of a backup at a fault that nobody saw',
    chain(proving({}, {}), drop('fault.observed')),
    `pass: ${claimed}, and each of its 1000 records is right`,
  ],
  [
    'of a backup that ended as the fault struck',
    chain(proving({}, {}), backingUp({ endedMs: faultMs })),
    'inconclusive: the fault came after backup "b1" had ended: it disturbed nothing',
  ],
])

test('an operation takes as long as from its beginning to its end, where both are told in that order', () => {
  const took = (startedMs: number | null, endedMs: number | null) => measureOperation({ startedMs, endedMs })
  expect([took(1000, 3500), took(1000, 1000), took(-1, 0)]).toEqual([2500, 0, 1])
  expect([took(null, 3500), took(-1000, null), took(null, null), took(1000, 999), took(0, Infinity)]).toEqual(
    Array(5).fill(null),
  )
})
