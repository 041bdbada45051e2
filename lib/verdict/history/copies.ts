import type { History, HistoryOptions } from './history.ts'
import { FOREIGN, type Match } from './match.ts'

/** Of the readings that show what was never sent to their slot: where else the same sequence was found or sent. */
export interface Copies {
  /** Whether the sequence is in another slot too. */
  isCopy(reading: number): boolean
  /** The lowest other slot that holds the sequence, the one that it was sent to before all others; null where none does. */
  twinOf(reading: number): number | null
  /** The slot that the sequence was sent to, or seeded in; null where it was neither. */
  homeOf(reading: number): number | null
}

interface Origin {
  /** The two lowest foreign slots with the sequence; Infinity where there is no second. */
  slots: [number, number]
  home: number | null
  /** Whether the slot that it was sent to holds it. */
  atHome: boolean
}

/** Takes memory for the foreign readings only. */
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
