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
 * Writes in columns, in any order; entry i of each column is of the same write. A write takes effect at one moment from
 * `sentMs` to `acknowledgedMs`. Within a slot the higher sequence wins: the service refuses a lower one after it.
 */
export interface WriteColumns {
  /** Unique, not negative. */
  sequence: Float64Array
  /** From 0 to `maxSlot`. */
  slot: Int32Array
  sentMs: Float64Array
  /** Infinity where no 2xx reached the client: such a write may have been made or not. */
  acknowledgedMs: Float64Array
}

/** What was read back, in any order, each slot once. A slot that is not here was not read, and nothing is said of it. */
export interface ReadingColumns {
  slot: Int32Array
  /** The sequence found in the slot, or EMPTY; TORN, or whatever else is no sequence, where it does not verify. */
  sequence: Float64Array
}

export interface History {
  writes: WriteColumns
  readings: ReadingColumns
}

export interface HistoryOptions {
  /** When the restore began, null where there was none. What was sent from then on says nothing of what was restored. */
  restoreMs: number | null
  /**
   * Records that were there before the load: slot n of them held sequence n, the slots behind them nothing. Null where that
   * is not known: then each slot may have held nothing, or any sequence below the first of the load.
   */
  seeded?: number | null
  /** Two times are told apart only if they differ by more than this: how far the clock may have been set back. */
  toleranceMs?: number
}

/** The slot holds nothing. */
export const EMPTY = -1
/** What the slot holds does not verify, so that nobody knows which write it was. */
export const TORN = -2

/** A request is given up after 2 s (lib/load/script.ts); no write is made later than this after it was sent. */
export const settleMs = 3000

/** The sixteenfold of what one volume of the ledger can have: a table of so many slots takes 256 MiB. */
export const maxSlot = 2 ** 26 - 1

export const isSlot = (slot: number): boolean => Number.isInteger(slot) && slot >= 0 && slot <= maxSlot

/**
 * Writes and what was read back, [slot, sequence] each, in columns.
 * @throws RangeError for a slot that cannot be one
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

/** A write as the columns know it; `acknowledgedMs` is null where no 2xx reached the client. */
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

/** Whether a slot that was seeded is empty; false where it is not known what was seeded. */
export function isSeedGone({ readings }: History, reading: number, seeded: number | null): boolean {
  return (readings.slot[reading] ?? NaN) < (seeded ?? 0) && readings.sequence[reading] === EMPTY
}
