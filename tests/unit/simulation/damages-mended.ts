import type { DrillFact } from '../../../lib/record/facts.ts'
import {
  backingUp,
  checking,
  dropping,
  each,
  expecting,
  faultOf,
  moving,
  restoring,
  select,
  writing,
  type Damage,
} from './damages.ts'

/** What the verdict once let pass, or took for something else. */
export const mendedDamages: Damage[] = [
  {
    title: 'the volume was not checked before the fault',
    edit: dropping('integrity.checked', ({ phase }) => phase === 'seeded'),
    verdict: 'inconclusive',
    because: /before the fault/,
  },
  {
    title: 'a volume that was empty at the start',
    edit: checking('seeded', () => ({ objects: 0, bytes: 0 })),
    verdict: 'inconclusive',
    because: /held no record/,
  },
  {
    title: 'the clock set ahead while the service is restored',
    edit: (facts) => {
      const from = facts.findLastIndex(({ kind }) => kind === 'probes')
      return facts.map((fact, index) => (index >= from ? { ...fact, at: fact.at + 60_000 } : fact))
    },
    verdict: 'inconclusive',
    because: /clock/,
  },
  {
    title: 'a fault other than the planned one',
    edit: each('drill.planned', (fact) => ({ ...fact, axes: { ...fact.axes, fault: 'other' } })),
    verdict: 'inconclusive',
    because: /planned/,
  },
  {
    title: 'a fault that was never requested',
    edit: dropping('fault.requested'),
    verdict: 'inconclusive',
    because: /requested/,
  },
  {
    title: 'a fault that was healed before it took effect',
    edit: moving(
      'fault.healed',
      () => true,
      (facts) => faultOf(facts).between[0] - 1,
    ),
    verdict: 'inconclusive',
    because: /healed|interrupted/,
  },
  {
    title: 'an inventory from before the fault',
    edit: moving(
      'inventory.checked',
      () => true,
      (facts) => faultOf(facts).between[0] - 1,
    ),
    verdict: 'inconclusive',
    because: /no check for leftovers of the fault was made|before the fault/,
  },
  {
    title: 'a mesh that was not read after the fault',
    edit: moving(
      'mesh.state',
      ({ phase }) => phase === 'after',
      (facts) => faultOf(facts).between[0] - 1,
    ),
    verdict: 'inconclusive',
    because: /mesh/,
  },
  {
    title: 'a volume that was read back before the fault',
    edit: moving(
      'integrity.checked',
      ({ phase }) => phase === 'seeded',
      (facts) => faultOf(facts).between[1] + 1,
    ),
    verdict: 'inconclusive',
    because: /after the fault/,
  },
  {
    title: 'fewer probes sent than answered',
    edit: each('probes.ended', (fact) => ({ ...fact, sent: 0 })),
    verdict: 'inconclusive',
    because: /probes/,
  },
  {
    title: 'a restore that ended before it started',
    edit: restoring(({ startedMs }) => ({ endedMs: (startedMs ?? 0) - 1 })),
    verdict: 'inconclusive',
    because: /ended before it started: the clock jumped/,
  },
  {
    title: 'a restore of zero bytes',
    edit: restoring(() => ({ bytes: 0 })),
    verdict: 'inconclusive',
    because: /zero bytes/,
  },
  {
    title: 'a load without a floor',
    edit: each('drill.planned', (fact) => ({ ...fact, expectations: { ...fact.expectations, minimumLoadRps: 0 } })),
    verdict: 'inconclusive',
    because: /minimum load/,
  },
  {
    title: 'a list of writes with holes',
    edit: (facts, draw) => {
      const gone = new Set<number>()
      const listed = writing((writes) => {
        const kept = writes.filter(({ sequence }) => sequence % 7 > 0)
        for (const { slot } of writes.filter(({ sequence }) => sequence % 7 === 0)) gone.add(slot)
        return kept
      })(facts, draw)
      const unread = checking('after-restore', ({ slots }) => ({ slots: slots.filter(([slot]) => !gone.has(slot)) }))
      return listed && unread(listed, draw)
    },
    verdict: 'inconclusive',
    because: /writes are missing/,
  },
  {
    title: 'a list of writes with holes, though the records are stored',
    edit: writing((writes) => writes.filter(({ sequence }) => sequence % 7 > 0)),
    verdict: 'inconclusive',
    because: /writes are missing/,
  },
  {
    title: 'a restore of a volume that was never lost',
    edit: each('restore.requested', (fact) => ({ ...fact, claim: 'there' })),
    verdict: 'inconclusive',
    because: /its volume claim still existed/,
  },
  {
    title: 'a restore that reports Completed before its claim exists',
    edit: each('restore.ended', (fact) => ({ ...fact, claim: 'gone' })),
    verdict: 'either',
    because: /before its volume claim existed|ended as "Failed"/,
  },
  {
    title: 'a restore that ended after it was seen to end',
    edit: restoring(({ endedMs }) => ({ endedMs: (endedMs ?? 0) + 60_000 })),
    verdict: 'inconclusive',
    because: /names an end after it was seen/,
  },
  {
    title: 'a copy whose restore ended after it was seen to end',
    edit: each('backup.proved', (fact) => ({
      ...fact,
      operation: { ...fact.operation, endedMs: fact.at + 60_000 },
    })),
    verdict: 'inconclusive',
    because: /names an end after it was seen/,
  },
  {
    title: 'a backup that ended after the fault',
    edit: expecting({ restore: true }, (facts, draw) =>
      select(facts, 'backup.ended').length > 1
        ? null
        : backingUp(() => ({ endedMs: faultOf(facts).between[1] + 60_000 }))(facts, draw),
    ),
    verdict: 'inconclusive',
    because: /ended after the fault|the clock/,
  },
  {
    title: 'a backup that had failed before the fault could disturb it',
    edit: expecting({ backupMayFail: true }, (facts) => {
      const [endedMs] = faultOf(facts).between
      const failed = { succeeded: false, state: 'Failed', endedMs: endedMs - 1 }
      return facts.flatMap((fact): DrillFact[] => {
        if (fact.kind === 'backup.proved') return []
        if (fact.kind !== 'backup.ended') return [fact]
        const { operation } = fact
        const startedMs = Math.min(operation.startedMs ?? 0, endedMs - 1)
        return [{ ...fact, operation: { ...operation, ...failed, startedMs } }]
      })
    }),
    verdict: 'inconclusive',
    because: /before the fault could disturb it/,
  },
  {
    title: 'a restore without an observed loss',
    edit: expecting({ restore: true, corruption: true }, (facts) =>
      facts.flatMap((fact): DrillFact[] => {
        if (fact.kind === 'drill.planned')
          return [{ ...fact, expectations: { ...fact.expectations, corruption: false } }]
        return fact.kind === 'integrity.checked' && fact.phase === 'after-fault' ? [] : [fact]
      }),
    ),
    verdict: 'inconclusive',
    because: /the loss of the data/,
  },
  {
    title: 'a slot that was read twice',
    edit: checking('after-restore', ({ slots }) => ({ slots: [...slots, ...slots.slice(4, 5)] })),
    verdict: 'inconclusive',
    because: /was read back twice/,
  },
  {
    title: 'a failed backup without a statement if it may fail',
    edit: (facts, draw) =>
      select(facts, 'backup.ended').every(({ operation }) => operation.succeeded)
        ? null
        : dropping('drill.planned')(facts, draw),
    verdict: 'inconclusive',
    because: /has no plan/,
  },
]
