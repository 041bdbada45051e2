import { EMPTY, TORN, type History, type HistoryOptions } from './history.ts'

/** Which write each reading shows. */
export interface Match {
  /** Slot → its reading; -1, or nothing where the slot is beyond the last one read. */
  readingOf: Int32Array
  /** Reading → the write that it shows, or one of the states below. */
  found: Int32Array
  /** A sequence that two writes have, else null: then nothing that is said of the history can be trusted. */
  repeated: number | null
  /** A slot that was read twice, else null: the same holds. */
  readTwice: number | null
}

/** States of a reading that shows no write: what was there before the load, or nothing; what does not verify; what was never sent there. */
export const BEFORE = -1
export const UNREADABLE = -2
export const FOREIGN = -3

/** O(n) in time, or O(n log n) where sequences are neither rising nor dense. Memory: four bytes a slot and a reading. */
export function matchReadings({ writes, readings }: History, { seeded = null }: Pick<HistoryOptions, 'seeded'>): Match {
  const { readingOf, readTwice } = indexReadings(readings.slot)
  const found = new Int32Array(readings.slot.length).fill(FOREIGN)
  let first = Infinity
  for (let write = 0; write < writes.sequence.length; write++) {
    const sequence = writes.sequence[write] ?? NaN
    if (sequence < first) first = sequence
    const reading = readingOf[writes.slot[write] ?? -1] ?? -1
    if (reading >= 0 && readings.sequence[reading] === sequence) found[reading] = write
  }
  const wasThere = (slot: number, sequence: number): boolean =>
    seeded === null ? sequence < first : sequence === slot && slot < seeded
  for (let reading = 0; reading < found.length; reading++) {
    if (found[reading] !== FOREIGN) continue
    const sequence = readings.sequence[reading] ?? TORN
    if (!(sequence >= EMPTY)) found[reading] = UNREADABLE
    // A record that is gone is a loss, never a foreign one.
    else if (sequence === EMPTY || wasThere(readings.slot[reading] ?? -1, sequence)) found[reading] = BEFORE
  }
  return { readingOf, found, repeated: findRepeated(writes.sequence), readTwice }
}

function indexReadings(slots: Int32Array): { readingOf: Int32Array; readTwice: number | null } {
  let last = -1
  for (const slot of slots) last = Math.max(last, slot)
  const readingOf = new Int32Array(last + 1).fill(-1)
  let readTwice: number | null = null
  for (let reading = 0; reading < slots.length; reading++) {
    const slot = slots[reading] ?? -1
    if ((readingOf[slot] ?? -1) >= 0) readTwice = Math.min(readTwice ?? Infinity, slot)
    readingOf[slot] = reading
  }
  return { readingOf, readTwice }
}

/** The lowest sequence that there is twice, else null. */
function findRepeated(sequences: Float64Array): number | null {
  let [low, high, rising, whole] = [Infinity, -Infinity, true, true]
  for (const sequence of sequences) {
    if (!(sequence > high)) rising = false
    if (!Number.isInteger(sequence)) whole = false
    if (sequence < low) low = sequence
    if (sequence > high) high = sequence
  }
  if (rising) return null
  // A table of one bit each where it takes no more memory than a copy to sort does.
  return whole && high - low < sequences.length * 64
    ? findRepeatedBit(sequences, low, high)
    : findRepeatedNeighbour(sequences)
}

function findRepeatedBit(sequences: Float64Array, low: number, high: number): number | null {
  const seen = new Uint8Array(Math.floor((high - low) / 8) + 1)
  let repeated: number | null = null
  for (const sequence of sequences) {
    const place = sequence - low
    const at = Math.floor(place / 8)
    const bits = seen[at] ?? 0
    const bit = 1 << (place % 8)
    if ((bits & bit) !== 0) repeated = Math.min(repeated ?? Infinity, sequence)
    seen[at] = bits | bit
  }
  return repeated
}

function findRepeatedNeighbour(sequences: Float64Array): number | null {
  const sorted = sequences.toSorted()
  return sorted.find((sequence, index) => sequence === sorted[index + 1]) ?? null
}
