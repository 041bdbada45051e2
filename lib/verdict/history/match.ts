import { EMPTY, TORN, type History, type HistoryOptions } from './history.ts'

/** Which write each reading shows. */
export interface Match {
  /** Slot → its reading. -1 if it was not read, undefined beyond the last slot that was read. */
  readingOf: Int32Array
  /** Reading → the write that it shows, or BEFORE, UNREADABLE or FOREIGN. */
  found: Int32Array
  /**
   * A sequence that two writes share, else null. With a repeated sequence, no conclusion from the history can be
   * trusted.
   */
  repeated: number | null
  /** A slot that was read twice, else null. Then, too, no conclusion can be trusted. */
  readTwice: number | null
}

/**
 * States of a reading that shows no write. BEFORE: empty, or the state from before the load. UNREADABLE: the record
 * does not verify. FOREIGN: the record was never sent to this slot.
 */
export const BEFORE = -1
export const UNREADABLE = -2
export const FOREIGN = -3

/** O(n) in time. Memory: four bytes for each slot and reading, and one for each write while sequences are compared. */
export function matchReadings({ writes, readings }: History, { seeded = null }: Pick<HistoryOptions, 'seeded'>): Match {
  const first = writes.sequence.reduce((low, sequence) => Math.min(low, sequence), Infinity)
  const wasThere = (slot: number, sequence: number): boolean =>
    seeded === null ? sequence < first : sequence === slot && slot < seeded
  const found = readings.slot.map((slot, reading) => {
    const sequence = readings.sequence[reading] ?? TORN
    if (!(sequence >= EMPTY)) return UNREADABLE
    // A missing record is a loss, not a foreign record.
    return sequence === EMPTY || wasThere(slot, sequence) ? BEFORE : FOREIGN
  })
  const { readingOf, readTwice } = indexReadings(readings.slot)
  writes.slot.forEach((slot, write) => {
    const reading = readingOf[slot] ?? -1
    // A missing reading has no sequence.
    if (readings.sequence[reading] === writes.sequence[write]) found[reading] = write
  })
  return { readingOf, found, repeated: findRepeated(writes.sequence), readTwice }
}

function indexReadings(slots: Int32Array): { readingOf: Int32Array; readTwice: number | null } {
  const last = slots.reduce((high, slot) => Math.max(high, slot), -1)
  const readingOf = new Int32Array(last + 1).fill(-1)
  let readTwice: number | null = null
  slots.forEach((slot, reading) => {
    if (readingOf[slot] !== -1) readTwice = Math.min(readTwice ?? Infinity, slot)
    readingOf[slot] = reading
  })
  return { readingOf, readTwice }
}

/**
 * The lowest sequence that occurs twice, else null. A bit table finds suspects, and a second pass checks them. A load
 * numbers its writes without large gaps, and such sequences never share a bit.
 */
function findRepeated(sequences: Float64Array): number | null {
  const seen = new Uint8Array(sequences.length)
  const suspects = new Set<number>()
  for (const sequence of sequences) {
    const place = Math.floor(Math.abs(sequence)) % (8 * seen.length)
    const at = Math.floor(place / 8)
    const bits = seen[at] ?? 0
    const bit = 1 << (place % 8)
    if ((bits & bit) !== 0) suspects.add(sequence)
    seen[at] = bits | bit
  }
  const met = new Set<number>()
  let repeated: number | null = null
  for (const sequence of suspects.size === 0 ? [] : sequences) {
    if (met.has(sequence)) repeated = Math.min(repeated ?? Infinity, sequence)
    else if (suspects.has(sequence)) met.add(sequence)
  }
  return repeated
}
