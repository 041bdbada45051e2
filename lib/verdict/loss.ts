import { clockToleranceMs } from './recovery.ts'
import type { IntegrityCheck, Write } from '../record/facts.ts'

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
  /** Why the loss is not known, else null. */
  problem: string | null
}

/** How long before the fault the last write may have been acknowledged: an idle service has nothing to lose. */
const recentMs = 5000

/**
 * Which acknowledged writes are not there after the restore.
 *
 * Only the last write of a slot can be seen, so a write is there where its slot holds its sequence number or a later one
 * that was sent to that slot: an acknowledged write that a later one replaced is not lost, even if that later one was
 * never acknowledged. One that is replaced after the restore has begun hides what it replaced: then the loss is not known. It makes no difference whether a lost write was acknowledged before the fault or after it.
 * `slots` of the check must hold every slot that was written to, else the loss is not known.
 */
export function measureLoss(
  writes: Write[],
  check: Pick<IntegrityCheck, 'slots'>,
  checkedMs: number,
  fault: [number, number],
  restoreMs: number | null,
): Loss {
  const found = new Map(check.slots)
  const acknowledged = writes.filter((write) => write.acknowledgedMs !== null)
  const sent = new Map<number, Set<number>>()
  for (const { slot, sequence } of writes) sent.set(slot, (sent.get(slot) ?? new Set()).add(sequence))
  const phantoms = [...found].filter(([slot, sequence]) => isPhantom(sequence, sent.get(slot) ?? new Set()))
  const phantomSlots = new Set(phantoms.map(([slot]) => slot))
  const lost = acknowledged.filter(
    ({ slot, sequence }) => phantomSlots.has(slot) || (found.has(slot) && !((found.get(slot) ?? -1) >= sequence)),
  )
  const oldest = lost.reduce((earliest, write) => Math.min(earliest, write.acknowledgedMs ?? Infinity), Infinity)
  return {
    acknowledged: acknowledged.length,
    lost: lost.length,
    oldestLostMs: lost.length === 0 ? 0 : Math.max(0, fault[0] - oldest),
    oldestLostAtMostMs: lost.length === 0 ? 0 : Math.max(0, fault[1] - oldest),
    phantoms: phantoms.map(([slot, sequence]) => `slot ${slot} holds sequence ${sequence}, which was never sent to it`),
    problem:
      findProblem(writes, acknowledged, check.slots, checkedMs, fault) ??
      findHidden(writes, acknowledged, found, restoreMs ?? Infinity),
  }
}

/** What the slot held before the load is older than anything sent; whatever else was not sent has no business there. */
function isPhantom(sequence: number, sent: Set<number>): boolean {
  return sequence !== -1 && !sent.has(sequence) && !(sequence < Math.min(...sent))
}

function findProblem(
  writes: Write[],
  acknowledged: Write[],
  slots: [number, number][],
  checkedMs: number,
  fault: [number, number],
): string | null {
  if (acknowledged.length === 0) return 'no write was acknowledged'
  if (new Set(writes.map((write) => write.sequence)).size !== writes.length) return 'two writes have the same sequence'
  const disordered = acknowledged.find((write) => !((write.acknowledgedMs ?? NaN) >= write.sentMs - clockToleranceMs))
  if (disordered) return `write ${disordered.sequence} was acknowledged before it was sent: the clock jumped`
  if (!acknowledged.some(({ acknowledgedMs }) => isBetween(acknowledgedMs, fault[0] - recentMs, fault[0])))
    return `no write was acknowledged in the ${recentMs / 1000} s before the fault`
  if (acknowledged.some(({ acknowledgedMs }) => (acknowledgedMs ?? 0) > checkedMs))
    return 'writes were acknowledged after the volume had been read back'
  const read = new Set(slots.map(([slot]) => slot))
  if (read.size !== slots.length) return 'a slot was read back twice'
  const unread = new Set(acknowledged.map((write) => write.slot).filter((slot) => !read.has(slot)))
  if (unread.size > 0) return `${unread.size} slots with acknowledged writes were not read back`
  return slots.some(([, sequence]) => !Number.isFinite(sequence)) ? 'a slot holds no readable sequence' : null
}

function findHidden(
  writes: Write[],
  acknowledged: Write[],
  found: Map<number, number>,
  restoreMs: number,
): string | null {
  const later = new Set(writes.filter(({ sentMs }) => sentMs >= restoreMs).map(({ sequence }) => sequence))
  const hidden = acknowledged.filter(({ slot, sentMs }) => sentMs < restoreMs && later.has(found.get(slot) ?? -1))
  return hidden.length === 0 ? null : `${hidden.length} acknowledged writes were replaced after the restore had begun`
}

function isBetween(value: number | null, low: number, high: number): boolean {
  return value !== null && value >= low && value <= high
}
