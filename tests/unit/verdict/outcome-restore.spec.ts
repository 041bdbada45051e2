import type { DrillFact } from '../../../lib/record/facts.ts'
import { chain, drop, expecting, restoring } from './fact-edits.ts'
import { startMs } from './facts-builder.ts'
import { editing, repeating, testPart } from './parts.ts'

const failed = { state: 'Failed', succeeded: false }
const mayFail = expecting({ restoreMayFail: true })
const completed = 'pass: restore of "b1" ended as "Completed"'
const ended = 'fail: restore of "b1" ended as "Failed"'
const undone = 'inconclusive: restore of "b1" ended as "Failed", and was not repeated'
const neverLost = 'inconclusive: restore of "b1" was requested while its volume claim still existed'
/** Repeats the failed restore with success. */
const again = chain(restoring(failed), (facts) =>
  facts.flatMap((fact): DrillFact[] =>
    fact.kind === 'restore.ended'
      ? [fact, { ...fact, operation: { ...fact.operation, state: 'Completed', succeeded: true } }]
      : [fact],
  ),
)

testPart('restore', [
  [
    'no restore was made or needed',
    chain(expecting({ restore: false }), drop('restore.ended'), drop('restore.requested')),
    null,
  ],
  ['a restore succeeded, although none was needed', expecting({ restore: false }), completed],
  ['no restore was made', drop('restore.ended'), 'fail: nothing was restored'],
  [
    'the drill was interrupted before a restore ended',
    chain(drop('restore.ended'), drop('drill.ended')),
    'inconclusive: no restore was seen to end',
  ],
  [
    'an error stopped the drill before a restore ended',
    chain(drop('restore.ended'), editing('drill.ended', { error: 'EIO' })),
    'inconclusive: no restore was seen to end',
  ],
  ['the restore failed', restoring(failed), ended],
  ['the restore failed and the drill was interrupted', chain(restoring(failed), drop('drill.ended')), ended],
  ['the restore failed and there is no plan', chain(restoring(failed), drop('drill.planned')), ended],
  ['the restore failed as allowed and was not repeated', chain(mayFail, restoring(failed)), ended],
  [
    'the restore failed as allowed and the drill was interrupted',
    chain(mayFail, restoring(failed), drop('drill.ended')),
    undone,
  ],
  [
    'the restore failed as allowed and an error stopped the drill',
    chain(mayFail, restoring(failed), editing('drill.ended', { error: 'EIO' })),
    undone,
  ],
  [
    'a restore without its claim failed as allowed and was repeated',
    chain(mayFail, again, (facts) =>
      facts.map((fact) =>
        fact.kind === 'restore.ended' && !fact.operation.succeeded ? { ...fact, claim: 'gone' as const } : fact,
      ),
    ),
    completed,
  ],
  [
    'the restore reported success before its volume claim existed',
    editing('restore.ended', { claim: 'gone' }),
    'fail: restore of "b1" reported "Completed" before its volume claim existed',
  ],
  [
    'the restore reported success when its volume claim existed',
    editing('restore.ended', { claim: 'there' }),
    completed,
  ],
  [
    'the restore ended before it started',
    restoring({ startedMs: startMs + 22_001 }),
    'inconclusive: restore of "b1" ended before it started: the clock jumped',
  ],
  ['the restore took no time', restoring({ startedMs: startMs + 22_000 }), completed],
  ['the start time of the restore is not known', restoring({ startedMs: null }), completed],
  ['the end time of the restore is not known', restoring({ endedMs: null }), completed],
  [
    'the end time of the restore is infinite',
    restoring({ endedMs: Infinity }),
    'inconclusive: restore of "b1" ended before it started: the clock jumped',
  ],
  [
    'the restore moved zero bytes',
    restoring({ bytes: 0 }),
    'inconclusive: restore of "b1" reported "Completed", but it moved zero bytes',
  ],
  ['the size of the restore is not known', restoring({ bytes: null }), completed],
  ['the restore reported no state', restoring({ state: ' ' }), 'inconclusive: restore of "b1" reported no state'],
  [
    'the backup ended after the restore request, within the clock tolerance',
    editing('backup.ended', { at: startMs + 17_050 }),
    completed,
  ],
  [
    'the backup ended after the restore request',
    editing('backup.ended', { at: startMs + 17_051 }),
    'inconclusive: the restored backup "b1" is not a backup of this drill',
  ],
  [
    'the volume claim existed when the restore was requested',
    editing('restore.requested', { claim: 'there' }),
    neverLost,
  ],
  [
    'the volume claim existed when one of two restores was requested',
    repeating('restore.requested', { claim: 'there' }),
    neverLost,
  ],
  [
    'the volume claim was gone when the restore was requested',
    editing('restore.requested', { claim: 'gone' }),
    completed,
  ],
  [
    'the loss of the data was not seen',
    expecting({ outage: false }),
    'inconclusive: the loss of the data that "b1" restored was not seen',
  ],
  ['the corruption of the data was seen', expecting({ outage: false, corruption: true }), completed],
  ['the loss of the data was not seen and not expected', expecting({ outage: false, restore: false }), completed],
])
