import { chain, checkingAfterFault, drop, expecting } from './fact-edits.ts'
import { change, faultMs, startMs } from './facts-builder.ts'
import { editing, strikingTwice, striking, testPart } from './parts.ts'

const at = (ms: number) => ({ at: startMs + ms })
const seen = 'pass: claim is gone'
const both = 'pass: it is gone'
const early = 'inconclusive: fault "volume-loss" was seen before it was requested, so something else caused it'

testPart('fault', [
  ['no fault was seen', drop('fault.observed'), 'inconclusive: no fault was seen to take effect'],
  ['the fault time is known to the millisecond', striking(5, 5), seen],
  ['the fault ended before it started', striking(5, 4), 'inconclusive: the time of the fault is not an interval'],
  ['the fault was seen and there is no plan', drop('drill.planned'), seen],
  [
    'the fault was never requested',
    drop('fault.requested'),
    'inconclusive: fault "volume-loss" was seen, but it was never requested',
  ],
  [
    'one of two faults was never requested',
    chain(strikingTwice, (facts) => change(facts, 'fault.requested', (it) => (it.fault === 'other' ? null : it))),
    'inconclusive: fault "other" was seen, but it was never requested',
  ],
  [
    'one of two faults was not seen',
    chain(strikingTwice, (facts) => change(facts, 'fault.observed', (it) => (it.fault === 'other' ? null : it))),
    'inconclusive: fault "other" was requested, but it was not seen to take effect',
  ],
  ['two faults were seen', strikingTwice, both],
  [
    'one of two faults has a reversed time',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.observed', (it) => (it.fault === 'other' ? it : { ...it, between: [faultMs, faultMs - 1] })),
    ),
    'inconclusive: the time of the fault is not an interval',
  ],
  [
    'the plan names another fault',
    (facts) => change(facts, 'drill.planned', (plan) => ({ ...plan, axes: { ...plan.axes, fault: 'node-loss' } })),
    'inconclusive: the planned fault "node-loss" is not among the faults that were seen',
  ],
  ['the fault came before its request, within the clock tolerance', striking(-160, -150), seen],
  ['the fault came before its request', striking(-160, -151), early],
  [
    'one of two faults came before its request',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.observed', (it) =>
        it.fault === 'other' ? it : { ...it, between: [faultMs - 160, faultMs - 151] },
      ),
    ),
    early,
  ],
  ['the fault was healed as it took effect', editing('fault.healed', { at: faultMs }), seen],
  [
    'the fault was healed before it took effect',
    editing('fault.healed', { at: faultMs - 1 }),
    'inconclusive: fault "volume-loss" was healed before it took effect',
  ],
  [
    'one of two faults was healed before it took effect',
    chain(strikingTwice, (facts) =>
      change(facts, 'fault.healed', (it) => (it.fault === 'other' ? it : { ...it, at: faultMs - 1 })),
    ),
    'inconclusive: fault "volume-loss" was healed before it took effect',
  ],
  [
    'no check for an expected corruption was made',
    expecting({ corruption: true }),
    'inconclusive: no check for corruption was made after the fault',
  ],
  [
    'the check for an expected corruption failed',
    chain(expecting({ corruption: true }), checkingAfterFault({ error: 'EIO' })),
    'inconclusive: the check after the fault did not finish: EIO',
  ],
  ['a check that was not needed failed', checkingAfterFault({ error: 'EIO' }), seen],
])

testPart('leftovers', [
  ['no check was made', drop('inventory.checked'), 'inconclusive: no check for leftovers of the fault was made'],
  [
    'the check was made as the fault took effect',
    editing('inventory.checked', { at: faultMs }),
    'pass: nothing of the fault is left',
  ],
  [
    'the check was made before the fault',
    editing('inventory.checked', { at: faultMs - 1 }),
    'inconclusive: the check for leftovers was made before the fault',
  ],
  [
    'nothing is left and the fault was not seen',
    chain(drop('fault.observed'), editing('inventory.checked', at(10))),
    'pass: nothing of the fault is left',
  ],
  [
    'the check failed',
    editing('inventory.checked', { error: 'no answer' }),
    'inconclusive: whether the fault is gone is not known: no answer',
  ],
  ['two objects are left', editing('inventory.checked', { left: ['a rule', 'a pod'] }), 'fail: a rule; a pod'],
])
