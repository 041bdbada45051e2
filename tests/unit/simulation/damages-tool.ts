import type { DrillFact } from '../../../lib/record/facts.ts'
import { finding } from './damages-data.ts'
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
  type Damage,
} from './damages.ts'

const single =
  (edit: Damage['edit']): Damage['edit'] =>
  (facts, draw) =>
    select(facts, 'backup.ended').length === 1 && select(facts, 'backup.found').length === 0 ? edit(facts, draw) : null
const proved = (changes: Parameters<typeof checking>[1]): Damage['edit'] =>
  each('backup.proved', (fact) => ({ ...fact, check: { ...fact.check, ...changes(fact.check) } }))

/** Damage to what is known of the backup and of the restore. A failure that was seen stays one. */
const rules: [title: string, edit: Damage['edit'], because: RegExp, verdict?: Damage['verdict']][] = [
  ['no backup that ended', single(dropping('backup.ended')), /no backup was seen to end|was not seen to end/],
  [
    'a backup that nobody requested',
    single(expecting({ restore: true }, dropping('backup.requested'))),
    /ended, but it was never requested/,
  ],
  // Where writes are lost within the objective, it is the tool that lost them.
  ['a backup of zero bytes', backingUp(() => ({ bytes: 0 })), /moved zero bytes/, 'either'],
  ['a backup of unknown size', backingUp(() => ({ bytes: null })), /but not how many bytes/],
  ['a backup without state', backingUp(() => ({ state: ' ' })), /reported no state/],
  [
    'a backup that ended before it started',
    backingUp(({ startedMs }) => ({ endedMs: (startedMs ?? 0) - 1 })),
    /ended before it started/,
  ],
  [
    'a backup that failed',
    expecting(
      { backupMayFail: false },
      backingUp(() => ({ state: 'Failed', succeeded: false })),
    ),
    /^backup ".*" ended as "Failed"/,
    'fail',
  ],
  [
    'a backup that was requested after the fault',
    single(
      expecting(
        { restore: true },
        moving(
          'backup.requested',
          () => true,
          (facts) => faultOf(facts).between[1] + 1,
        ),
      ),
    ),
    /requested only after the fault/,
  ],
  [
    'a found backup without end',
    each('backup.found', (fact) => ({ ...fact, operation: { ...fact.operation, endedMs: null } })),
    /does not report when it ended/,
  ],
  [
    'a found backup that came after the fault',
    (facts, draw) =>
      each('backup.found', (fact) => ({
        ...fact,
        operation: { ...fact.operation, endedMs: faultOf(facts).between[1] + 1 },
      }))(facts, draw),
    /ended after the fault, so it was not available/,
  ],

  ['a claim that was not checked', dropping('backup.proved'), /its content was not checked/],
  [
    'a copy that could not be restored',
    each('backup.proved', (fact) => ({ ...fact, operation: { ...fact.operation, succeeded: false, state: 'Failed' } })),
    /and its restore ended as "Failed"/,
    'fail',
  ],
  ['a copy with a finding', proved(() => ({ findings: [finding] })), /and flipped in "segment-00003"/, 'fail'],
  ['a copy that could not be read', proved(() => ({ error: 'EIO' })), /its content could not be read: EIO/],
  ['a copy of nothing', proved(() => ({ objects: 0 })), /and it holds no record/, 'fail'],
  [
    'a copy that was read in part',
    proved(({ objects }) => ({ objects: Math.floor(objects / 2) })),
    /records of it were read/,
  ],
  [
    'a disturbance after the end',
    expecting({ backupMayFail: true }, (facts, draw) => {
      const [startedMs] = faultOf(facts).between
      return backingUp((operation) => ({
        startedMs: Math.min(operation.startedMs ?? 0, startedMs),
        endedMs: startedMs,
      }))(facts, draw)
    }),
    /was not disturbed/,
  ],

  ['no restore', dropping('restore.ended'), /^nothing was restored/, 'fail'],
  [
    'a restore that failed',
    restoring(() => ({ state: 'Failed', succeeded: false })),
    /^restore of ".*" ended as "Failed"/,
    'fail',
  ],
  ['a restore without state', restoring(() => ({ state: '' })), /restore of ".*" reported no state/],
  ['a restore that was never requested', dropping('restore.requested'), /ended, but it was never requested/],
  [
    'a restore of another backup',
    (facts) =>
      select(facts, 'restore.ended').length === 0
        ? null
        : facts.map((fact): DrillFact =>
            fact.kind === 'restore.ended' || fact.kind === 'restore.requested' ? { ...fact, name: 'other' } : fact,
          ),
    /the restored backup "other" is not a backup of this drill/,
  ],
]

export const toolDamages: Damage[] = rules.map(([title, edit, because, verdict = 'inconclusive']) => ({
  title,
  edit,
  because,
  verdict,
}))
