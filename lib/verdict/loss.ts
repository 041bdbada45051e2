import type { IntegrityCheck, Write } from '../record/facts.ts'
import { findPoint, type Consistency } from './consistency.ts'
import { isSlot, toHistory } from './history/history.ts'
import { checkHistory, type HistoryCheck } from './history/check.ts'
import { pickExamples } from './history/examples.ts'
import { clockToleranceMs } from './recovery.ts'

export interface Loss {
  /** Writes whose 2xx reached the client, over the whole drill. */
  acknowledged: number
  lost: number
  /** Age at fault time of the oldest lost write, by the earliest possible fault time; 0 where nothing was lost. */
  oldestLostMs: number
  /** The same by the latest possible fault time. */
  oldestLostAtMostMs: number
  /** Slots that hold what was never written to them. */
  phantoms: string[]
  /** Writes without a 2xx, and how many of them can be seen to be there: either is right. */
  unknown: { sent: number; there: number }
  /** Of each kind of wrong slot the smallest counter-example, in words. */
  counterExamples: string[]
  /** Whether what was restored is the state of one moment; not to be trusted where there is a problem. */
  consistency: Consistency
  /** Why the loss is not known, else null. */
  problem: string | null
  /** Why nothing that is said here can be trusted, neither a loss nor a phantom, else null: it is the problem then. */
  untrusted: string | null
}

/** How long before the fault the last write may have been acknowledged: an idle service has nothing to lose. */
const recentMs = 5000
/** How long the load takes to stop. */
const stoppingMs = 1000

/**
 * Which acknowledged writes are not there after the restore.
 *
 * Only the last write of a slot can be seen, so a write is there where its slot holds its sequence number or a later one
 * that was sent to that slot: an acknowledged write that a later one replaced is not lost, even if that later one was
 * never acknowledged. One that is replaced after the restore has begun, or may have been, hides what it replaced: then the
 * loss is not known. It makes no difference whether a lost write was acknowledged before the fault or after it.
 * `slots` of the check must hold every slot that was written to, else the loss is not known.
 */
export function measureLoss(
  writes: Write[],
  check: Pick<IntegrityCheck, 'slots'>,
  checkedMs: number,
  fault: [number, number],
  restoreMs: number | null,
): Loss {
  const placed = writes.filter(({ slot }) => isSlot(slot))
  const history = toHistory(
    placed,
    check.slots.filter(([slot]) => isSlot(slot)),
  )
  const options = { restoreMs, toleranceMs: clockToleranceMs }
  const checked = checkHistory(history, options)
  const { acknowledged, lost, oldestLostMs, unknown, bad } = checked
  const { slot, sequence } = history.readings
  const phantoms = [...bad.phantom, ...bad.duplicated].sort((one, other) => (slot[one] ?? 0) - (slot[other] ?? 0))
  const misplaced = writes.length - placed.length + check.slots.length - history.readings.slot.length
  const untrusted = findContradiction(writes, checked)
  return {
    acknowledged,
    lost,
    // Where none was lost, the oldest is infinitely late.
    oldestLostMs: Math.max(0, fault[0] - oldestLostMs),
    oldestLostAtMostMs: Math.max(0, fault[1] - oldestLostMs),
    phantoms: phantoms.map(
      (reading) =>
        `slot ${slot[reading] ?? '?'} holds sequence ${sequence[reading] ?? '?'}, which was never sent to it`,
    ),
    unknown,
    counterExamples: pickExamples(history, checked, options).map(({ words }) => words),
    consistency: findPoint(history, checked, options),
    untrusted,
    problem:
      untrusted ??
      (misplaced > 0
        ? `${misplaced} writes or readings are of slots that cannot be`
        : findProblem(writes, check.slots, checked, checkedMs, fault)),
  }
}

/** Of lists that contradict themselves, or have holes: what looks lost, or sent by nobody, may be what is not listed. */
function findContradiction(writes: Write[], { match }: HistoryCheck): string | null {
  if (match.repeated !== null) return `two writes have the same sequence: ${match.repeated}`
  if (match.readTwice !== null) return `slot ${match.readTwice} was read back twice`
  const missing = countMissing(writes)
  return missing > 0 ? `${missing} writes are missing from the list of what was sent` : null
}

/** A load that is stopped may have numbered a write that it never sent: holes of its last second are none. */
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
  { unread, hidden }: HistoryCheck,
  checkedMs: number,
  fault: [number, number],
): string | null {
  const acknowledged = writes.filter((write) => write.acknowledgedMs !== null)
  if (acknowledged.length === 0) return 'no write was acknowledged'
  const disordered = acknowledged.find((write) => !((write.acknowledgedMs ?? NaN) >= write.sentMs - clockToleranceMs))
  if (disordered) return `write ${disordered.sequence} was acknowledged before it was sent: the clock jumped`
  const isRecent = ({ acknowledgedMs }: Write) =>
    (acknowledgedMs ?? NaN) >= fault[0] - recentMs && (acknowledgedMs ?? NaN) <= fault[0]
  if (!acknowledged.some(isRecent)) return `no write was acknowledged in the ${recentMs / 1000} s before the fault`
  if (acknowledged.some(({ acknowledgedMs }) => (acknowledgedMs ?? 0) > checkedMs))
    return 'writes were acknowledged after the volume had been read back'
  if (unread > 0) return `${unread} slots with acknowledged writes were not read back`
  if (slots.some(([, sequence]) => !Number.isFinite(sequence))) return 'a slot holds no readable sequence'
  return hidden === 0 ? null : `${hidden} acknowledged writes were replaced after the restore had begun`
}
