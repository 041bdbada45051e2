import {
  pickWrite,
  type History,
  type HistoryOptions,
  type SentWrite,
  type WriteColumns,
  describeWitness,
} from './history/history.ts'
import { isEarlier, type HistoryCheck } from './history/check.ts'
import { BEFORE, UNREADABLE } from './history/match.ts'
/**
 * Whether what was restored is the state of one moment.
 *
 * Seen is only the last write of each slot, so this is what the answer rests on. A slot that shows a write says: that write
 * had been sent by then. An acknowledged write of which the slot shows neither itself nor a newer one says: it had not been
 * acknowledged yet. A write that was replaced is there through its successor, and adds nothing. No say have: writes without
 * a 2xx that are not there (they may never have been made), writes sent after the restore began, what was or may have been
 * made after that, and slots that are torn or hold what was never sent to them (they are no state of the service at all).
 * One moment exists exactly where no write that is there was sent after one that is missing had been acknowledged.
 */
export type Consistency =
  | {
      consistent: true
      /** The moment is between the two; null where nothing bounds it (no write is there; none is missing and nothing was restored). */
      point: Point
      seen: Seen
    }
  | {
      consistent: false
      witness: Witness
      /** The part that is mixed in itself, with the widest gap; null where each part is of one moment, but not of the same. */
      within: string | null
      /** The moment of each part, the earliest first, at most `listedParts`. */
      parts: { part: string; point: Point | null }[]
      seen: Seen
    }

export type Point = [lowMs: number | null, highMs: number | null]

/** How much the answer rests on: slots that show a write from before the restore, and slots that miss one. */
export interface Seen {
  there: number
  missing: number
}

/** The two writes that cannot both be so, with the widest gap. */
export interface Witness {
  there: SentWrite & { part: string }
  missing: SentWrite & { part: string }
  /** How long after the one was acknowledged the other was sent. */
  gapMs: number
  words: string
}

export interface ConsistencyOptions extends HistoryOptions {
  /** The name of what a slot is a part of: a file, or a volume. By default the file: 1024 slots each, as the ledger has them. */
  partOf?: (slot: number) => string
}

/** More parts than this are not listed. */
export const listedParts = 1000

const segmentSlots = 1024
const segmentOf = (slot: number): string => `segment-${String(Math.floor(slot / segmentSlots)).padStart(5, '0')}`

/** The write that was sent last of those that are there, and the one acknowledged first of those that are missing; -1 for none. */
interface Bounds {
  there: number
  missing: number
}

/** Looks for the moment. O(m) for m readings, and O(p log p) for p parts where there is none. `check` is of the same history. */
export function findPoint(history: History, check: HistoryCheck, options: ConsistencyOptions): Consistency {
  const { writes } = history
  const restoreMs = options.restoreMs ?? Infinity
  const toleranceMs = options.toleranceMs ?? 0
  const all: Bounds = { there: -1, missing: -1 }
  const seen: Seen = { there: 0, missing: 0 }
  check.missed.forEach((late, reading) => {
    const bounds = readBounds(writes, check, late, reading, restoreMs)
    if (bounds.there >= 0) seen.there++
    if (bounds.missing >= 0) seen.missing++
    narrow(writes, all, bounds)
  })
  if (gapOf(writes, all) <= toleranceMs) return { consistent: true, point: pointOf(writes, all, restoreMs), seen }

  const partOf = options.partOf ?? segmentOf
  const pick = (write: number): SentWrite & { part: string } => {
    const picked = pickWrite(writes, write)
    return { ...picked, part: partOf(picked.slot) }
  }
  const [there, missing] = [pick(all.there), pick(all.missing)]
  const parts = boundParts(history, check, restoreMs, partOf).map(([part, bounds]) => {
    const gapMs = gapOf(writes, bounds)
    return { part, gapMs, point: gapMs > toleranceMs ? null : pointOf(writes, bounds, restoreMs) }
  })
  const mixed = parts.filter(({ point }) => point === null)
  return {
    consistent: false,
    witness: { there, missing, gapMs: gapOf(writes, all), words: describeWitness(there, missing) },
    within: mixed.toSorted((a, b) => b.gapMs - a.gapMs)[0]?.part ?? null,
    parts: parts
      .toSorted((a, b) => lowOf(a.point) - lowOf(b.point))
      .slice(0, listedParts)
      .map(({ part, point }) => ({ part, point })),
    seen,
  }
}

/** By their names, so that of parts that are alike the order of input makes no difference. */
function boundParts(
  { writes, readings }: History,
  check: HistoryCheck,
  restoreMs: number,
  partOf: (slot: number) => string,
): [part: string, bounds: Bounds][] {
  const parts = new Map<string, Bounds>()
  check.missed.forEach((late, reading) => {
    const bounds = readBounds(writes, check, late, reading, restoreMs)
    if (bounds.there < 0 && bounds.missing < 0) return
    const part = partOf(readings.slot[reading] ?? NaN)
    const known = parts.get(part)
    if (known) narrow(writes, known, bounds)
    else parts.set(part, bounds)
  })
  return [...parts].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** What one reading says of the moment; `late` is the write that it misses. */
function readBounds(
  { acknowledgedMs }: WriteColumns,
  { match, settled }: HistoryCheck,
  late: number,
  reading: number,
  restoreMs: number,
): Bounds {
  const shown = match.found[reading] ?? UNREADABLE
  const missing = shown >= BEFORE && (acknowledgedMs[late] ?? Infinity) < restoreMs ? late : -1
  return { there: settled[reading] === 1 ? shown : -1, missing }
}

/** Ties go to the lower sequence, so that the order of input makes no difference. */
function narrow(writes: WriteColumns, bounds: Bounds, { there, missing }: Bounds): void {
  if (isSentLater(writes, there, bounds.there)) bounds.there = there
  if (isEarlier(writes, missing, bounds.missing)) bounds.missing = missing
}

/** No write is earlier than any. */
function isSentLater({ sequence, sentMs }: WriteColumns, one: number, other: number): boolean {
  const apart = (sentMs[one] ?? -Infinity) - (sentMs[other] ?? -Infinity)
  return apart > 0 || (apart === 0 && (sequence[one] ?? NaN) < (sequence[other] ?? NaN))
}

/** How long after the missing one was acknowledged the one that is there was sent; negative or -Infinity where they agree. */
function gapOf({ sentMs, acknowledgedMs }: WriteColumns, { there, missing }: Bounds): number {
  return (sentMs[there] ?? -Infinity) - (acknowledgedMs[missing] ?? Infinity)
}

/** Within the tolerance the bounds may be the wrong way round. */
function pointOf({ sentMs, acknowledgedMs }: WriteColumns, { there, missing }: Bounds, restoreMs: number): Point {
  const low = sentMs[there] ?? -Infinity
  const high = acknowledgedMs[missing] ?? restoreMs
  const known = (bound: number) => (Number.isFinite(bound) ? bound : null)
  return [known(Math.min(low, high)), known(Math.max(low, high))]
}

/** Mixed parts and those without a lower bound come first. */
const lowOf = (point: Point | null): number => point?.[0] ?? -Infinity
