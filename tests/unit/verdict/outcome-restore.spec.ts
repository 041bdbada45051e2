import type { DrillFact } from '../../../lib/record/facts.ts'
import { chain, drop, expecting, restoring } from './fact-edits.ts'
import { startMs } from './facts-builder.ts'
import { editing, repeating, testPart } from './parts.ts'

const failed = { state: 'Failed', succeeded: false }
const mayFail = expecting({ restoreMayFail: true })
const completed = 'pass: restore of "b1" ended as "Completed"'
const ended = 'fail: restore of "b1" ended as "Failed"'
const undone = 'inconclusive: restore of "b1" ended as "Failed", and was not done again'
const neverLost = 'inconclusive: restore of "b1" was requested while the claim was still there: it was never lost'
/** What failed is done again, and succeeds. */
const again = chain(restoring(failed), (facts) =>
  facts.flatMap((fact): DrillFact[] =>
    fact.kind === 'restore.ended'
      ? [fact, { ...fact, operation: { ...fact.operation, state: 'Completed', succeeded: true } }]
      : [fact],
  ),
)

testPart('restore', [
  [
    'none, and none needed',
    chain(expecting({ restore: false }), drop('restore.ended'), drop('restore.requested')),
    null,
  ],
  ['one, though none was needed', expecting({ restore: false }), completed],
  ['none', drop('restore.ended'), 'fail: nothing was restored'],
  [
    'none, of a drill that was interrupted',
    chain(drop('restore.ended'), drop('drill.ended')),
    'inconclusive: no restore was seen to end',
  ],
  [
    'none, of a drill that was stopped',
    chain(drop('restore.ended'), editing('drill.ended', { error: 'EIO' })),
    'inconclusive: no restore was seen to end',
  ],
  ['failed', restoring(failed), ended],
  ['failed, of a drill that was interrupted', chain(restoring(failed), drop('drill.ended')), ended],
  ['failed, of a drill without a plan', chain(restoring(failed), drop('drill.planned')), ended],
  ['failed, though it may', chain(mayFail, restoring(failed)), ended],
  ['failed as it may, of a drill that was interrupted', chain(mayFail, restoring(failed), drop('drill.ended')), undone],
  [
    'failed as it may, of a drill that was stopped',
    chain(mayFail, restoring(failed), editing('drill.ended', { error: 'EIO' })),
    undone,
  ],
  [
    'failed as it may, without its claim, and was done again',
    chain(mayFail, again, (facts) =>
      facts.map((fact) =>
        fact.kind === 'restore.ended' && !fact.operation.succeeded ? { ...fact, claim: 'gone' as const } : fact,
      ),
    ),
    completed,
  ],
  [
    'says that it is done before its claim is there',
    editing('restore.ended', { claim: 'gone' }),
    'fail: restore of "b1" says "Completed" before its claim was there',
  ],
  ['done when its claim is there', editing('restore.ended', { claim: 'there' }), completed],
  [
    'ended before it started',
    restoring({ startedMs: startMs + 22_001 }),
    'inconclusive: restore of "b1" ended before it started: the clock jumped',
  ],
  ['took no time', restoring({ startedMs: startMs + 22_000 }), completed],
  ['of a beginning that is not known', restoring({ startedMs: null }), completed],
  ['of an end that is not known', restoring({ endedMs: null }), completed],
  [
    'ended never',
    restoring({ endedMs: Infinity }),
    'inconclusive: restore of "b1" ended before it started: the clock jumped',
  ],
  ['of nothing', restoring({ bytes: 0 }), 'inconclusive: restore of "b1" says "Completed" and moved zero bytes'],
  ['of no known size', restoring({ bytes: null }), completed],
  ['without a state', restoring({ state: ' ' }), 'inconclusive: restore of "b1" reported no state'],
  [
    'of a backup seen to end as late as clocks may differ',
    editing('backup.ended', { at: startMs + 17_050 }),
    completed,
  ],
  [
    'of a backup seen to end later',
    editing('backup.ended', { at: startMs + 17_051 }),
    'inconclusive: what was restored, "b1", is no backup of this drill',
  ],
  ['of what was still there', editing('restore.requested', { claim: 'there' }), neverLost],
  ['of what was still there once', repeating('restore.requested', { claim: 'there' }), neverLost],
  ['of what was gone', editing('restore.requested', { claim: 'gone' }), completed],
  [
    'of what nobody saw lost',
    expecting({ outage: false }),
    'inconclusive: nobody saw that what "b1" brought back had been lost',
  ],
  ['of what was seen to be corrupt', expecting({ outage: false, corruption: true }), completed],
  ['of what nobody saw lost, as nobody expected it', expecting({ outage: false, restore: false }), completed],
])
