import type { Write } from '../../record/facts.ts'
import { formatClock } from '../interval.ts'

const acknowledged = ({ acknowledgedMs }: SentWrite): string =>
  acknowledgedMs === null ? 'never acknowledged' : `acknowledged ${formatClock(acknowledgedMs)}`

/** 'write 640 (slot 9, acknowledged 12:00:00.900)'. */
export const nameMissing = (write: SentWrite): string =>
  `write ${write.sequence} (slot ${write.slot}, ${acknowledged(write)})`

/** 'write 812 (slot 3, sent 12:00:01.200)'. */
export const nameSent = ({ sequence, slot, sentMs }: SentWrite): string =>
  `write ${sequence} (slot ${slot}, sent ${formatClock(sentMs)})`

export const describeWitness = (there: SentWrite, missing: SentWrite): string =>
  `${nameSent(there)} is there, but ${nameMissing(missing)} is not`

/**
 * Writes in columns, in any order. Entry i of each column belongs to the same write. A write takes effect at one moment
 * from
 * `sentMs` to `acknowledgedMs`. Within a slot the higher sequence wins: the service refuses a lower one after it.
 */
export interface WriteColumns {
  /** Unique, not negative. */
  sequence: Float64Array
  /** From 0 to `maxSlot`. */
  slot: Int32Array
  sentMs: Float64Array
  /** Infinity if no 2xx reached the client. Such a write may or may not have been made. */
  acknowledgedMs: Float64Array
}

/** Readings, in any order, each slot once. Nothing is known of a slot that is not listed. */
export interface ReadingColumns {
  slot: Int32Array
  /** The sequence found in the slot, or EMPTY. TORN, or any other invalid sequence, if the record does not verify. */
  sequence: Float64Array
}

export interface History {
  writes: WriteColumns
  readings: ReadingColumns
}

export interface HistoryOptions {
  /** Time at which the restore began. Null if there was none. Later writes prove nothing about the restored state. */
  restoreMs: number | null
  /**
   * Number of records from before the load: slot n held sequence n, and later slots were empty. If null, it is not
   * known. Then each slot may have been empty, or may have held any sequence below the first of the load.
   */
  seeded?: number | null
  /** Maximum amount by which the clock may have been set back. Smaller differences between two times count as equal. */
  toleranceMs?: number
}

/** The slot holds nothing. */
export const EMPTY = -1
/** The record in the slot does not verify, so its write is not known. */
export const TORN = -2

/** A request is given up after 2 s (lib/load/script.ts); no write is made later than this after it was sent. */
export const settleMs = 3000

/** 16 times the capacity of one volume of the ledger. A table of this many slots takes 256 MiB. */
export const maxSlot = 2 ** 26 - 1

export const isSlot = (slot: number): boolean => Number.isInteger(slot) && slot >= 0 && slot <= maxSlot

/**
 * Converts writes and readings to columns.
 * @throws RangeError for an invalid slot
 */
export function toHistory(writes: Write[], slots: [slot: number, sequence: number][]): History {
  const history: History = {
    writes: {
      sequence: new Float64Array(writes.length),
      slot: new Int32Array(writes.length),
      sentMs: new Float64Array(writes.length),
      acknowledgedMs: new Float64Array(writes.length),
    },
    readings: { slot: new Int32Array(slots.length), sequence: new Float64Array(slots.length) },
  }
  writes.forEach(({ sequence, slot, sentMs, acknowledgedMs }, index) => {
    history.writes.sequence[index] = sequence
    history.writes.slot[index] = requireSlot(slot)
    history.writes.sentMs[index] = sentMs
    history.writes.acknowledgedMs[index] = acknowledgedMs ?? Infinity
  })
  slots.forEach(([slot, sequence], index) => {
    history.readings.slot[index] = requireSlot(slot)
    history.readings.sequence[index] = sequence
  })
  return history
}

function requireSlot(slot: number): number {
  if (isSlot(slot)) return slot
  throw new RangeError(`slot ${slot} is not a whole number from 0 to ${maxSlot}`)
}

/** A write from the columns. `acknowledgedMs` is null if no 2xx reached the client. */
export type SentWrite = Omit<Write, 'generation'>

export function pickWrite({ sequence, slot, sentMs, acknowledgedMs }: WriteColumns, index: number): SentWrite {
  const acknowledged = acknowledgedMs[index] ?? Infinity
  return {
    sequence: sequence[index] ?? NaN,
    slot: slot[index] ?? NaN,
    sentMs: sentMs[index] ?? NaN,
    acknowledgedMs: acknowledged < Infinity ? acknowledged : null,
  }
}

/** True if a seeded slot is empty. False if the seeded records are not known. */
export function isSeedGone({ readings }: History, reading: number, seeded: number | null): boolean {
  return (readings.slot[reading] ?? NaN) < (seeded ?? 0) && readings.sequence[reading] === EMPTY
}
