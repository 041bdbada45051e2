import type { OperationResult, Write } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { each, type Damage, meshing, type Of, restoring, select, writing } from './damages.ts'

type Edit = Damage['edit']

/** Only in drills that hold. */
const where =
  (holds: (facts: Parameters<Edit>[0]) => boolean, edit: Edit): Edit =>
  (facts, draw) =>
    holds(facts) ? edit(facts, draw) : null

const planning = (changes: Partial<Of<'drill.planned'>['objectives'] & Of<'drill.planned'>['expectations']>): Edit =>
  each('drill.planned', (fact) => {
    const { rtoMs = fact.objectives.rtoMs, rpoMs = fact.objectives.rpoMs, ...expectations } = changes
    return { ...fact, objectives: { rtoMs, rpoMs }, expectations: { ...fact.expectations, ...expectations } }
  })

const planned = (holds: (expectations: Of<'drill.planned'>['expectations']) => boolean, edit: Edit): Edit =>
  where((facts) => select(facts, 'drill.planned').some(({ expectations }) => holds(expectations)), edit)

const finding = (changes: (operation: OperationResult) => Partial<OperationResult>): Edit =>
  each('backup.found', (fact) => ({ ...fact, operation: { ...fact.operation, ...changes(fact.operation) } }))

/** One write in the middle, that was acknowledged. */
const writingOne = (edit: (write: Write, before: Write) => Write): Edit =>
  writing((writes) => {
    const index = writes.findIndex(({ acknowledgedMs }, at) => at > writes.length / 2 && acknowledgedMs !== null)
    const [write, before] = [writes[index], writes[index - 1]]
    return write && before ? writes.with(index, edit(write, before)) : null
  })

/** Damage to one field each, that no other damage touches. */
const rules: [title: string, edit: Edit, because: RegExp, verdict?: Damage['verdict']][] = [
  [
    'an objective that no service reaches',
    planned(({ outage }) => outage, planning({ rtoMs: 0 })),
    /^RTO .* exceeds the objective of 0 ms/,
    'fail',
  ],
  [
    'no write that may be lost, of some that are',
    where((facts) => (judgeDrill(facts).rpo?.lost ?? 0) > 0, planning({ rpoMs: 0 })),
    /acknowledged writes lost.* the objective is 0 ms/,
    'fail',
  ],
  [
    'a plan of an outage that was none',
    planned(({ outage }) => !outage, planning({ outage: true })),
    /the fault did not interrupt the service/,
    'either',
  ],
  [
    'a plan of a restore that was none',
    planned(({ restore }) => !restore, planning({ restore: true })),
    /^nothing was restored/,
    'fail',
  ],
  [
    'a plan by which any backup may fail',
    planned(({ backupMayFail }) => !backupMayFail, planning({ backupMayFail: true })),
    /its content was not checked|was not seen to end|was not disturbed/,
    'either',
  ],
  [
    'a plan by which no restore may fail',
    where(
      (facts) => select(facts, 'restore.ended').some(({ operation }) => !operation.succeeded),
      (facts, draw) => planning({ restoreMayFail: false })(facts, draw),
    ),
    /^restore of ".*" ended as "Failed"/,
    'fail',
  ],
  [
    'a promise of one moment by who copies file by file',
    where(
      (facts) => select(facts, 'drill.planned').length > 0 && !isOfOneMoment(facts),
      planning({ pointInTime: true }),
    ),
    /^the restored state mixes several moments/,
    'fail',
  ],
  [
    'a plan by which nothing can come back, and it does',
    planned(({ restore }) => restore, planning({ recoverable: false })),
    /^expected: not recoverable, but the service/,
    'fail',
  ],
  ['probes without a timeout', each('probes', (fact) => ({ ...fact, timeoutMs: 0 })), /no interval or no timeout/],
  [
    'a backup that was requested under another name',
    where(
      (facts) => select(facts, 'backup.requested').length > 0,
      each('backup.requested', (fact) => ({ ...fact, name: 'other' })),
    ),
    /backup "other" was not seen to end/,
  ],
  [
    'two writes of one number',
    writingOne((write, { sequence }) => ({ ...write, sequence })),
    /two writes have the same sequence/,
  ],
  [
    'a write to a place that cannot be',
    writingOne((write) => ({ ...write, slot: -1 })),
    /name slots that cannot exist|was never sent to it/,
    'either',
  ],
  [
    'a write that was sent after its answer',
    writingOne((write) => ({ ...write, sentMs: (write.acknowledgedMs ?? 0) + 500 })),
    /was acknowledged before it was sent/,
  ],
  [
    'a restore that started after its end',
    restoring(({ endedMs }) => ({ startedMs: (endedMs ?? 0) + 1 })),
    /ended before it started: the clock jumped/,
  ],
  [
    'a found backup of another name',
    each('backup.found', (fact) => ({ ...fact, name: 'other' })),
    /is not a backup of/,
  ],
  ['a found backup without state', finding(() => ({ state: ' ' })), /reported no state/],
  ['a found backup that failed', finding(() => ({ succeeded: false, state: 'Failed' })), /ended as "Failed"/, 'fail'],
  [
    'a found backup that started after its end',
    finding(({ endedMs }) => ({ startedMs: (endedMs ?? 0) + 1 })),
    /ended before it started: the clock jumped/,
  ],
  ['a found backup of zero bytes', finding(() => ({ bytes: 0 })), /moved zero bytes/, 'either'],
  [
    'a claim that was checked for another backup',
    each('backup.proved', (fact) => ({ ...fact, name: 'other' })),
    /its content was not checked/,
  ],
  [
    "resources that are not said to be the tool's",
    each('resources', (fact) => ({ ...fact, samples: fact.samples.map((sample) => ({ ...sample, tool: false })) })),
    /no resource samples of the tool's pods/,
  ],
  [
    'metrics of the same proxies that stand still',
    (facts, draw) => {
      const same = { proxies: ['one'], requests: 7 }
      const before = meshing('before', same)(facts, draw)
      return before && meshing('after', same)(before, draw)
    },
    /metrics did not resume/,
    'fail',
  ],
]

function isOfOneMoment(facts: Parameters<Edit>[0]): boolean {
  const { loss } = judgeDrill(facts).evidence as { loss?: { consistency: { consistent: boolean } } | null }
  return loss?.consistency.consistent !== false
}

export const fieldDamages: Damage[] = rules.map(([title, edit, because, verdict = 'inconclusive']) => ({
  title,
  edit,
  because,
  verdict,
}))
