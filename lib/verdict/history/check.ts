import { isSeedGone, settleMs, type History, type HistoryOptions, type WriteColumns } from './history.ts'
import { findCopies, type Copies } from './copies.ts'
import { BEFORE, FOREIGN, UNREADABLE, matchReadings, type Match } from './match.ts'

/**
 * Kinds of bad slots, the worst first. If several apply to a slot, the first one counts.
 * - torn: its record does not verify
 * - duplicated: it holds a write of another slot, and that slot (or a second wrong slot) holds the write too
 * - phantom: it holds a record that was never sent to it
 * - reordered: it holds a write with a lower sequence than a write that was acknowledged before the first was sent. The
 *   service must refuse such a write. After a restore began it may accept it, because the restored state may lack the
 *   higher sequence.
 * - stale: it holds a write, but a newer one was acknowledged
 * - lost: a write was acknowledged, but the slot is empty or holds its state from before the load; or a seeded slot is
 *   empty
 */
export const slotKinds = ['torn', 'duplicated', 'phantom', 'reordered', 'stale', 'lost'] as const
export type SlotKind = (typeof slotKinds)[number]

export interface HistoryCheck {
  acknowledged: number
  /**
   * Acknowledged writes that are missing, with nothing newer in their slot. Each counts once, however its slot is bad.
   */
  lost: number
  /** Indices of the lost writes. */
  lostWrites: number[]
  /** Time at which the first lost write was acknowledged. Infinity if no write was lost. */
  oldestLostMs: number
  /**
   * Lost writes that no unlisted write can explain: their slot is empty, or holds an older write that was sent to it.
   */
  certain: { lost: number; oldestLostMs: number }
  /** Writes without a 2xx. They may be present or missing. `there` counts those that are seen to be present. */
  unknown: { sent: number; there: number }
  /**
   * Acknowledged writes that were replaced, or may have been replaced, after the restore began. Whether they were lost
   * is unknown.
   */
  hidden: number
  /** Slots with acknowledged writes that were not read. */
  unread: number
  /** Indices of the readings of bad slots. */
  bad: Record<SlotKind, number[]>
  /** Reading → the first acknowledged of the writes that its slot misses; -1 if it misses none. */
  missed: Int32Array
  /** Reading → 1 if it shows a write that was made before the restore began, else 0. */
  settled: Uint8Array
  match: Match
  copies: Copies
}

/** Compares the sent writes with the readings. The order of either changes only indices. O(n). */
export function checkHistory(history: History, options: HistoryOptions): HistoryCheck {
  const match = matchReadings(history, options)
  const copies = findCopies(history, match, options)
  const restoreMs = options.restoreMs ?? Infinity
  const settled = findSettled(history.writes, match, restoreMs)
  const counts = countWrites(history, match, settled, restoreMs)
  const checked = { ...counts, settled, match, copies }
  return { ...checked, bad: sortSlots(history, options, checked) }
}

function countWrites(
  { writes, readings }: History,
  { readingOf, found }: Match,
  settled: Uint8Array,
  restoreMs: number,
) {
  const { sequence, slot, sentMs, acknowledgedMs } = writes
  const missed = new Int32Array(found.length).fill(-1)
  const unread = new Set<number>()
  const unknown = { sent: 0, there: 0 }
  const certain = { lost: 0, oldestLostMs: Infinity }
  const lostWrites: number[] = []
  let [acknowledged, lost, hidden, oldestLostMs] = [0, 0, 0, Infinity]
  for (let write = 0; write < sequence.length; write++) {
    const ownSlot = slot[write] ?? NaN
    const answeredMs = acknowledgedMs[write] ?? Infinity
    const reading = readingOf[ownSlot] ?? -1
    const shown = found[reading] ?? UNREADABLE
    if (!(answeredMs < Infinity)) {
      unknown.sent++
      if (shown === write) unknown.there++
      continue
    }
    acknowledged++
    if (reading < 0) {
      unread.add(ownSlot)
      // A reading that shows a write has its sequence.
    } else if (shown >= 0 && (readings.sequence[reading] ?? NaN) >= (sequence[write] ?? NaN)) {
      if (shown !== write && settled[reading] !== 1 && (sentMs[write] ?? NaN) < restoreMs) hidden++
    } else {
      lost++
      lostWrites.push(write)
      oldestLostMs = Math.min(oldestLostMs, answeredMs)
      if (shown >= BEFORE) {
        certain.lost++
        certain.oldestLostMs = Math.min(certain.oldestLostMs, answeredMs)
      }
      if (isEarlier(writes, write, missed[reading] ?? NaN)) missed[reading] = write
    }
  }
  return { acknowledged, lost, lostWrites, oldestLostMs, certain, unknown, hidden, unread: unread.size, missed }
}

function findSettled({ sentMs, acknowledgedMs }: WriteColumns, { found }: Match, restoreMs: number): Uint8Array {
  const settled = new Uint8Array(found.length)
  found.forEach((shown, reading) => {
    const latestMs = Math.min(acknowledgedMs[shown] ?? Infinity, (sentMs[shown] ?? Infinity) + settleMs)
    if (latestMs < restoreMs) settled[reading] = 1
  })
  return settled
}

/**
 * Compares by acknowledgement time, then by sequence, so that the order of input makes no difference. -1, for no write,
 * is later than every write.
 */
export function isEarlier({ sequence, acknowledgedMs }: WriteColumns, one: number, other: number): boolean {
  const apart = (acknowledgedMs[one] ?? Infinity) - (acknowledgedMs[other] ?? Infinity)
  return apart < 0 || (apart === 0 && (sequence[one] ?? NaN) < (sequence[other] ?? NaN))
}

function sortSlots(
  history: History,
  { seeded = null, toleranceMs = 0 }: HistoryOptions,
  { missed, settled, match, copies }: Omit<HistoryCheck, 'bad'>,
): Record<SlotKind, number[]> {
  const { sentMs, acknowledgedMs } = history.writes
  const classify = (shown: number, reading: number): SlotKind | null => {
    const late = missed[reading] ?? NaN
    if (shown === UNREADABLE) return 'torn'
    if (shown === FOREIGN) return copies.isCopy(reading) ? 'duplicated' : 'phantom'
    if (shown === BEFORE) return late >= 0 || isSeedGone(history, reading, seeded) ? 'lost' : null
    if (late < 0) return null
    const after = (sentMs[shown] ?? NaN) - (acknowledgedMs[late] ?? NaN) > toleranceMs
    return after && settled[reading] === 1 ? 'reordered' : 'stale'
  }
  const bad: Record<SlotKind, number[]> = { torn: [], duplicated: [], phantom: [], reordered: [], stale: [], lost: [] }
  match.found.forEach((shown, reading) => {
    const kind = classify(shown, reading)
    if (kind !== null) bad[kind].push(reading)
  })
  return bad
}
