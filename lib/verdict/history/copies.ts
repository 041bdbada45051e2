import type { History, HistoryOptions } from './history.ts'
import { FOREIGN, type Match } from './match.ts'

/** For readings that show a record that was never sent to their slot: other places of the same sequence. */
export interface Copies {
  /** Whether the sequence is in another slot too. */
  isCopy(reading: number): boolean
  /**
   * Another slot that holds the sequence: the one that it was sent to, else the lowest. Null if no other slot holds it.
   */
  twinOf(reading: number): number | null
  /** The slot that the sequence was sent to or seeded in. Null if neither happened. */
  homeOf(reading: number): number | null
}

interface Origin {
  /** The two lowest foreign slots with the sequence. Infinity if there is no second slot. */
  slots: [number, number]
  home: number | null
  /** True if the slot that it was sent to holds it. */
  atHome: boolean
}

/** Memory grows only with the number of foreign readings. */
export function findCopies(
  { writes, readings }: History,
  { readingOf, found }: Match,
  { seeded }: Pick<HistoryOptions, 'seeded'>,
): Copies {
  const origins = new Map<number, Origin>()
  found.forEach((shown, reading) => {
    if (shown !== FOREIGN) return
    const sequence = readings.sequence[reading] ?? NaN
    const [low, high] = origins.get(sequence)?.slots ?? [Infinity, Infinity]
    const slot = readings.slot[reading] ?? NaN
    const slots: [number, number] = slot < low ? [slot, low] : [low, Math.min(slot, high)]
    // A seeded record belongs to the slot of its number.
    const home = sequence < (seeded ?? 0) ? sequence : null
    const atHome = readings.sequence[readingOf[home ?? -1] ?? -1] === sequence
    origins.set(sequence, { slots, home, atHome })
  })
  writes.sequence.forEach((sequence, write) => {
    const origin = origins.get(sequence)
    if (!origin) return
    origin.home = writes.slot[write] ?? NaN
    origin.atHome = found[readingOf[origin.home] ?? -1] === write
  })
  const originOf = (reading: number) => origins.get(readings.sequence[reading] ?? NaN)
  const twinOf = (reading: number): number | null => {
    const origin = originOf(reading)
    if (!origin) return null
    if (origin.atHome) return origin.home
    const [low, high] = origin.slots
    const other = low === readings.slot[reading] ? high : low
    return other < Infinity ? other : null
  }
  return {
    isCopy: (reading) => twinOf(reading) !== null,
    twinOf,
    homeOf: (reading) => originOf(reading)?.home ?? null,
  }
}
