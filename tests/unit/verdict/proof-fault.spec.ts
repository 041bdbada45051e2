import { chain, checkingAfterFault, drop, expecting } from './fact-edits.ts'
import { change, faultMs, startMs } from './facts-builder.ts'
import { editing, strikingTwice, striking, testPart } from './parts.ts'

const at = (ms: number) => ({ at: startMs + ms })
const seen = 'pass: claim is gone'
const both = 'pass: it is gone'
const early = 'inconclusive: fault "volume-loss" was seen before it was requested: something else did it'

testPart('fault', [
  ['never seen', drop('fault.observed'), 'inconclusive: the fault was never seen to take effect'],
  ['known to the millisecond', striking(5, 5), seen],
  ['ended before it began', striking(5, 4), 'inconclusive: the time of the fault is not an interval'],
  ['of a drill whose plan is not known', drop('drill.planned'), seen],
  [
    'nobody requested it',
    drop('fault.requested'),
    'inconclusive: fault "volume-loss" was seen, and nobody requested it',
  ],
  [
    'one of two that nobody requested',
    chain(strikingTwice, (facts) => change(facts, 'fault.requested', (it) => (it.fault === 'other' ? null : it))),
    'inconclusive: fault "other" was seen, and nobody requested it',
  ],
  [
    'one of two that was not seen',
    chain(strikingTwice, (facts) => change(facts, 'fault.observed', (it) => (it.fault === 'other' ? null : it))),
    'inconclusive: fault "other" was requested and never seen to take effect',
  ],
  ['two', strikingTwice, both],
  [
    'one of two without an interval',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.observed', (it) => (it.fault === 'other' ? it : { ...it, between: [faultMs, faultMs - 1] })),
    ),
    'inconclusive: the time of the fault is not an interval',
  ],
  [
    'another than the plan says',
    (facts) => change(facts, 'drill.planned', (plan) => ({ ...plan, axes: { ...plan.axes, fault: 'node-loss' } })),
    'inconclusive: the fault that was planned, "node-loss", is not the one that was seen',
  ],
  ['as early as clocks may differ', striking(-160, -150), seen],
  ['earlier than it was requested', striking(-160, -151), early],
  [
    'one of two earlier than it was requested',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.observed', (it) =>
        it.fault === 'other' ? it : { ...it, between: [faultMs - 160, faultMs - 151] },
      ),
    ),
    early,
  ],
  ['healed as it struck', editing('fault.healed', { at: faultMs }), seen],
  [
    'healed before it struck',
    editing('fault.healed', { at: faultMs - 1 }),
    'inconclusive: fault "volume-loss" was healed before it struck',
  ],
  [
    'one of two healed before it struck',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.healed', (it) => (it.fault === 'other' ? it : { ...it, at: faultMs - 1 })),
    ),
    'inconclusive: fault "volume-loss" was healed before it struck',
  ],
  [
    'corruption that nobody looked for',
    expecting({ corruption: true }),
    'inconclusive: nobody looked for corruption after the fault',
  ],
  [
    'corruption that was looked for in vain',
    chain(expecting({ corruption: true }), checkingAfterFault({ error: 'EIO' })),
    'inconclusive: the check after the fault was not finished: EIO',
  ],
  ['a check after it that nobody needs', checkingAfterFault({ error: 'EIO' }), seen],
])

testPart('leftovers', [
  ['not taken', drop('inventory.checked'), 'inconclusive: nobody looked whether the fault was gone'],
  ['taken as the fault struck', editing('inventory.checked', { at: faultMs }), 'pass: nothing of the fault is left'],
  [
    'taken before the fault',
    editing('inventory.checked', { at: faultMs - 1 }),
    'inconclusive: the inventory is from before the fault',
  ],
  [
    'taken, of a fault that nobody saw',
    chain(drop('fault.observed'), editing('inventory.checked', at(10))),
    'pass: nothing of the fault is left',
  ],
  [
    'that failed',
    editing('inventory.checked', { error: 'no answer' }),
    'inconclusive: whether the fault is gone is not known: no answer',
  ],
  ['in which two things are left', editing('inventory.checked', { left: ['a rule', 'a pod'] }), 'fail: a rule; a pod'],
])
