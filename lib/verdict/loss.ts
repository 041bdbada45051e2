import type { IntegrityCheck, Write } from '../record/facts.ts'
import { findPoint, type Consistency } from './consistency.ts'
import { type History, isSlot, toHistory } from './history/history.ts'
import { checkHistory, type HistoryCheck } from './history/check.ts'
import { pickExamples } from './history/examples.ts'
import { clockToleranceMs } from './recovery.ts'
import { answer, type Answer } from './answer.ts'
import { BEFORE } from './history/match.ts'

/** Unit in which a loss is counted. */
type LossUnit = 'writes' | 'files'

/** Missing writes, and records that were never sent. */
interface Missing {
  /** Number of acknowledged writes, or of files that lack their newest acknowledged content. */
  lost: number
  /** Age of the oldest lost write at the earliest possible fault time. 0 if nothing was lost. */
  oldestLostMs: number
  /** The same by the latest possible fault time. */
  oldestLostAtMostMs: number
  /** Slots that hold a record that was never written to them. */
  phantoms: string[]
}

export interface Loss extends Missing {
  by: LossUnit
  /** Number of writes whose 2xx reached the client, over the whole drill, or of the files that they wrote. */
  acknowledged: number
  /** Losses and phantoms that no unlisted write can explain. They are certain even if the write log has holes. */
  certain: Missing
  /** Writes without a 2xx, and how many of them are present. They may be present or missing. */
  unknown: { sent: number; there: number }
  /** The smallest counter-example for each kind of wrong slot, in words. */
  counterExamples: string[]
  /** Whether the restored state is of one moment. Not reliable if there is a `problem`. */
  consistency: Consistency
  /**
   * The same, if each time between two writes, or between a write and the restore, may be wrong by up to `uncertainMs`.
   */
  moment: 'one' | 'several' | 'unknown'
  /** Why the loss is not known; null if it is known. */
  problem: Answer<'rpo'> | null
  /** Why only `certain` can be trusted. Null if all figures can. If set, it is also the `problem`. */
  untrusted: Answer<'rpo'> | null
}

/** The last write must be acknowledged within this time before the fault. An idle service has nothing to lose. */
const recentMs = 5000
/** Maximum time that the load takes to stop. */
const stoppingMs = 1000

/**
 * Acknowledged writes that are missing after the restore.
 *
 * Only the last write of a slot can be seen. A write is present if its slot holds its sequence number, or a later one
 * that was sent to that slot. A write that was replaced by a later one is not lost, even if the later one was never
 * acknowledged.
 *
 * A write that was made after the restore began, or may have been, hides the write that it replaced. Then the loss is
 * not known. It makes no difference whether a lost write was acknowledged before or after the fault. `slots` of the
 * check must hold every slot that was written to, else the loss is not known.
 * @param uncertainMs maximum error of the time between two writes, or between a write and the restore
 * @param by unit in which the loss is counted
 */
export function measureLoss(
  writes: Write[],
  check: Pick<IntegrityCheck, 'slots'>,
  checkedMs: number,
  fault: [number, number],
  restoreMs: number | null,
  uncertainMs = 0,
  by: LossUnit = 'writes',
): Loss {
  const placed = writes.filter(({ slot }) => isSlot(slot))
  const history = toHistory(
    placed,
    check.slots.filter(([slot]) => isSlot(slot)),
  )
  const options = { restoreMs, toleranceMs: clockToleranceMs }
  const checked = checkHistory(history, options)
  const { unknown, bad } = checked
  const files = by === 'files' ? countFiles(history, checked) : null
  const acknowledged = files?.acknowledged ?? checked.acknowledged
  const misplaced = writes.length - placed.length + check.slots.length - history.readings.slot.length
  const contradiction = findContradiction(checked)
  const untrusted = contradiction ?? findHoles(writes)
  const phantoms = listPhantoms(history, [...bad.phantom, ...bad.duplicated])
  const age = ({ lost, oldestLostMs }: Pick<HistoryCheck, 'lost' | 'oldestLostMs'>) => ({
    lost,
    // If nothing was lost, `oldestLostMs` is Infinity.
    oldestLostMs: Math.max(0, fault[0] - oldestLostMs),
    oldestLostAtMostMs: Math.max(0, fault[1] - oldestLostMs),
  })
  const certain =
    contradiction === null
      ? {
          ...age({ ...checked.certain, lost: files?.certainlyLost ?? checked.certain.lost }),
          phantoms: phantoms.length === 0 ? [] : phantoms.filter(cannotBeUnlisted(writes)).map(describePhantom),
        }
      : { ...age({ lost: 0, oldestLostMs: Infinity }), phantoms: [] }
  const { hidden, ...moment } = findMoment(history, checked, options, uncertainMs)
  return {
    by,
    acknowledged,
    ...age({ ...checked, lost: files?.lost ?? checked.lost }),
    phantoms: phantoms.map(describePhantom),
    certain,
    unknown,
    counterExamples: pickExamples(history, checked, options).map(({ words }) => words),
    ...moment,
    untrusted,
    problem:
      untrusted ??
      (misplaced > 0
        ? answer('rpo.invalid-slots', `${misplaced} writes or readings name slots that cannot exist`)
        : findProblem(writes, check.slots, { unread: checked.unread, hidden }, checkedMs, fault)),
  }
}

/**
 * Whether the restored state is of one moment. If the clock may be wrong, the answer is `several` only if even the most
 * favourable times show it, and `one` only if even the least favourable times show it.
 */
function findMoment(
  history: History,
  checked: HistoryCheck,
  { restoreMs, toleranceMs }: { restoreMs: number | null; toleranceMs: number },
  uncertainMs: number,
): Pick<Loss, 'consistency' | 'moment'> & { hidden: number } {
  const at = (errorMs: number): [HistoryCheck, Consistency] => {
    const options = { restoreMs: restoreMs === null ? null : restoreMs + errorMs, toleranceMs: toleranceMs - errorMs }
    const check = errorMs === 0 ? checked : checkHistory(history, options)
    return [check, findPoint(history, check, options)]
  }
  const [, seen] = at(0)
  if (uncertainMs === 0)
    return { consistency: seen, moment: seen.consistent ? 'one' : 'several', hidden: checked.hidden }
  const [favourable, several] = at(-uncertainMs)
  const hidden = Math.max(checked.hidden, favourable.hidden)
  if (!several.consistent) return { consistency: several, moment: 'several', hidden }
  const [, one] = at(uncertainMs)
  return { consistency: seen, moment: one.consistent ? 'one' : 'unknown', hidden }
}

interface Phantom {
  slot: number
  sequence: number
}

/** Sorted by slot. */
function listPhantoms({ readings }: History, found: number[]): Phantom[] {
  const phantoms = found.map((reading) => {
    return { slot: readings.slot[reading] ?? NaN, sequence: readings.sequence[reading] ?? NaN }
  })
  return phantoms.sort((one, other) => one.slot - other.slot)
}

const describePhantom = ({ slot, sequence }: Phantom): string =>
  `slot ${slot} holds sequence ${sequence}, which was never sent to it`

/**
 * True for a phantom that no unlisted write can explain: its sequence is listed for another slot, or already explained
 * another phantom.
 */
function cannotBeUnlisted(writes: Write[]): (phantom: Phantom) => boolean {
  const taken = new Set(writes.map(({ sequence }) => sequence))
  return ({ sequence }) => {
    if (taken.has(sequence)) return true
    taken.add(sequence)
    return false
  }
}

/** A contradiction within the lists of writes or readings. Then no conclusion from them is known. */
function findContradiction({ match }: HistoryCheck): Answer<'rpo'> | null {
  if (match.repeated !== null)
    return answer('rpo.repeated-sequence', `two writes have the same sequence: ${match.repeated}`)
  return match.readTwice === null ? null : answer('rpo.slot-read-twice', `slot ${match.readTwice} was read back twice`)
}

/**
 * A hole in the write log. A write that looks lost may have been replaced by an unlisted one, and a phantom may be
 * unlisted.
 */
function findHoles(writes: Write[]): Answer<'rpo'> | null {
  const missing = countMissing(writes)
  return missing > 0 ? answer('rpo.missing-writes', `${missing} writes are missing from the write log`) : null
}

/**
 * Counts missing sequence numbers. A load that stops may have numbered a write that it never sent, so its last second
 * is ignored.
 */
function countMissing(writes: Write[]): number {
  const sorted = writes.toSorted((one, other) => one.sequence - other.sequence)
  const lastMs = writes.reduce((latest, { sentMs }) => Math.max(latest, sentMs), -Infinity)
  return sorted.reduce((missing, { sequence, sentMs }, index) => {
    const gap = sequence - (sorted[index - 1]?.sequence ?? sequence - 1) - 1
    return sentMs < lastMs - stoppingMs ? missing + gap : missing
  }, 0)
}

function findProblem(
  writes: Write[],
  slots: [number, number][],
  { unread, hidden }: Pick<HistoryCheck, 'unread' | 'hidden'>,
  checkedMs: number,
  fault: [number, number],
): Answer<'rpo'> | null {
  const acknowledged = writes.filter((write) => write.acknowledgedMs !== null)
  if (acknowledged.length === 0) return answer('rpo.none-acknowledged', 'no write was acknowledged')
  const disordered = acknowledged.find((write) => !((write.acknowledgedMs ?? NaN) >= write.sentMs - clockToleranceMs))
  if (disordered)
    return answer(
      'rpo.write-disorder',
      `write ${disordered.sequence} was acknowledged before it was sent: the clock jumped`,
    )
  const isRecent = ({ acknowledgedMs }: Write) =>
    (acknowledgedMs ?? NaN) >= fault[0] - recentMs && (acknowledgedMs ?? NaN) <= fault[0]
  if (!acknowledged.some(isRecent))
    return answer('rpo.idle-before-fault', `no write was acknowledged in the ${recentMs / 1000} s before the fault`)
  if (acknowledged.some(({ acknowledgedMs }) => (acknowledgedMs ?? 0) > checkedMs))
    return answer('rpo.written-after-check', 'writes were acknowledged after the volume had been read back')
  if (unread > 0) return answer('rpo.unread-slots', `${unread} slots with acknowledged writes were not read back`)
  if (slots.some(([, sequence]) => !Number.isFinite(sequence)))
    return answer('rpo.unreadable-sequence', 'a slot holds no readable sequence')
  return hidden === 0
    ? null
    : answer('rpo.hidden-writes', `${hidden} acknowledged writes were replaced after the restore had begun`)
}

/**
 * The loss, counted in files instead of writes, for workloads in which a slot is a file. A file is acknowledged if one
 * of its writes was. It is lost if one of its acknowledged writes is missing, because then its newest acknowledged
 * content is missing.
 */
function countFiles(
  { writes }: History,
  { missed, match }: Pick<HistoryCheck, 'missed' | 'match'>,
): { acknowledged: number; lost: number; certainlyLost: number } {
  const acknowledged = new Set<number>()
  writes.slot.forEach((slot, write) => {
    if ((writes.acknowledgedMs[write] ?? Infinity) < Infinity) acknowledged.add(slot)
  })
  const isLost = (reading: number) => (missed[reading] ?? -1) >= 0
  const readings = [...match.found.keys()].filter(isLost)
  const certain = readings.filter((reading) => (match.found[reading] ?? NaN) >= BEFORE)
  return { acknowledged: acknowledged.size, lost: readings.length, certainlyLost: certain.length }
}

/** The acknowledged writes that are not there after the restore, in the order in which they were acknowledged. */
export function findLostWrites(
  writes: Write[],
  check: Pick<IntegrityCheck, 'slots'>,
  restoreMs: number | null,
): Write[] {
  const placed = writes.filter(({ slot }) => isSlot(slot))
  const history = toHistory(
    placed,
    check.slots.filter(([slot]) => isSlot(slot)),
  )
  return checkHistory(history, { restoreMs, toleranceMs: clockToleranceMs })
    .lostWrites.flatMap((index) => placed[index] ?? [])
    .toSorted((one, other) => (one.acknowledgedMs ?? 0) - (other.acknowledgedMs ?? 0))
}
