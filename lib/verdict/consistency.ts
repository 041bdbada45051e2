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
 * Whether the restored state is the state of one moment.
 *
 * Only the last write of each slot can be seen, so the answer rests on these writes. A present write had been sent
 * before the moment. An acknowledged write is missing if its slot shows neither this write nor a newer one. A missing
 * write had not yet been acknowledged at the moment. A replaced write is present through its successor and adds
 * nothing.
 *
 * These do not count: missing writes without a 2xx (they may never have been made), writes sent after the restore
 * began, writes that were made or may have been made after that, and slots that are torn or hold a foreign record. A
 * torn or foreign slot is not a state of the service.
 *
 * A single moment exists exactly if no present write was sent after a missing write had been acknowledged.
 */
export type Consistency =
  | {
      consistent: true
      /**
       * The moment lies between these bounds. A bound is null if nothing limits it: no write is present, or no write is
       * missing and nothing was restored.
       */
      point: Point
      seen: Seen
    }
  | {
      consistent: false
      witness: Witness
      /**
       * The part that mixes several moments, with the widest gap. Null if each part is of one moment, but not of the
       * same one.
       */
      within: string | null
      /** The moment of each part, the earliest first, at most `listedParts`. */
      parts: { part: string; point: Point | null }[]
      seen: Seen
    }

export type Point = [lowMs: number | null, highMs: number | null]

/** Size of the evidence: number of slots that show a write from before the restore, and of slots that miss one. */
export interface Seen {
  there: number
  missing: number
}

/** Two writes that contradict a single moment. Of all such pairs it has the widest gap. */
export interface Witness {
  there: SentWrite & { part: string }
  missing: SentWrite & { part: string }
  /** Time from the acknowledgement of the missing write to the sending of the present one. */
  gapMs: number
  words: string
}

export interface ConsistencyOptions extends HistoryOptions {
  /**
   * Names the part that a slot belongs to: a file, or a volume. By default the file: 1024 slots each, as in the ledger.
   */
  partOf?: (slot: number) => string
}

/** Maximum number of listed parts. */
export const listedParts = 1000

const segmentSlots = 1024
const segmentOf = (slot: number): string => `segment-${String(Math.floor(slot / segmentSlots)).padStart(5, '0')}`

/** The present write that was sent last, and the missing write that was acknowledged first; -1 for none. */
interface Bounds {
  there: number
  missing: number
}

/**
 * Finds the moment. O(m) for m readings, and O(p log p) for p parts if there is no moment. `check` belongs to this
 * history.
 */
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

/** Sorted by name, so that the order of input makes no difference among equal parts. */
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

/** The bounds that one reading gives. `late` is the write that it misses. */
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

/** -1, for no write, is earlier than every write. */
function isSentLater({ sequence, sentMs }: WriteColumns, one: number, other: number): boolean {
  const apart = (sentMs[one] ?? -Infinity) - (sentMs[other] ?? -Infinity)
  return apart > 0 || (apart === 0 && (sequence[one] ?? NaN) < (sequence[other] ?? NaN))
}

/**
 * Time from the acknowledgement of the missing write to the sending of the present one. Negative or -Infinity if they
 * agree.
 */
function gapOf({ sentMs, acknowledgedMs }: WriteColumns, { there, missing }: Bounds): number {
  return (sentMs[there] ?? -Infinity) - (acknowledgedMs[missing] ?? Infinity)
}

/** Within the tolerance, the bounds may be swapped. */
function pointOf({ sentMs, acknowledgedMs }: WriteColumns, { there, missing }: Bounds, restoreMs: number): Point {
  const low = sentMs[there] ?? -Infinity
  const high = acknowledgedMs[missing] ?? restoreMs
  const known = (bound: number) => (Number.isFinite(bound) ? bound : null)
  return [known(Math.min(low, high)), known(Math.max(low, high))]
}

/** Mixed parts and those without a lower bound come first. */
const lowOf = (point: Point | null): number => point?.[0] ?? -Infinity
