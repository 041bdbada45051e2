import {
  EMPTY,
  isSeedGone,
  pickWrite,
  type History,
  type HistoryOptions,
  type SentWrite,
  nameMissing,
  nameSent,
} from './history.ts'
import { slotKinds, type HistoryCheck, type SlotKind } from './check.ts'

/**
 * A counter-example in the fewest operations that show it: a history of `writes` alone, of which `slots` were read with what
 * they hold here, has the same thing wrong with it, and none with less of either has (where what was seeded is known).
 */
export interface Example {
  kind: SlotKind
  /** The slot that is bad, then the one that holds the same write, if that is what is wrong. */
  slots: number[]
  /** The sequence in the slot; null where it is empty or does not verify. */
  found: number | null
  /** None, one, or the one that is there and the one that is missing. */
  writes: SentWrite[]
  words: string
}

/** One of each kind: that of the write acknowledged first, else of the lowest slot. `check` is of the same history. */
export function pickExamples(history: History, check: HistoryCheck, options: HistoryOptions): Example[] {
  return slotKinds.flatMap((kind) => {
    const readings = check.bad[kind]
    if (readings.length === 0) return []
    // Not sorted: there may be millions.
    const first = readings.reduce((best, other) => (isBefore(history, check, other, best) ? other : best))
    return [buildExample(history, check, options, kind, first)]
  })
}

/** What is wrong with a slot by its reading, which is among the bad ones of that kind. */
export function buildExample(
  history: History,
  check: HistoryCheck,
  { seeded = null }: HistoryOptions,
  kind: SlotKind,
  reading: number,
): Example {
  const { writes, readings } = history
  const slot = readings.slot[reading] ?? NaN
  const sequence = readings.sequence[reading] ?? EMPTY
  const shown = check.match.found[reading] ?? NaN
  const late = check.missed[reading] ?? NaN
  const missing = pickWrite(writes, late)
  const example = { kind, slots: [slot], found: sequence < 0 ? null : sequence, writes: [] as SentWrite[] }
  switch (kind) {
    case 'torn':
      return { ...example, words: `slot ${slot} holds what does not verify` }
    case 'duplicated': {
      const twin = check.copies.twinOf(reading) ?? NaN
      const words = `write ${sequence} is in slot ${slot} and in slot ${twin}${tellHome(check.copies.homeOf(reading))}`
      return { ...example, slots: [slot, twin], words }
    }
    case 'phantom': {
      const words = `slot ${slot} holds sequence ${sequence}, which was never sent to it`
      return { ...example, words: words + tellHome(check.copies.homeOf(reading)) }
    }
    case 'reordered':
    case 'stale': {
      const there = pickWrite(writes, shown)
      const words =
        kind === 'stale'
          ? `slot ${slot} holds ${nameSent(there)}, but not the newer ${nameMissing(missing)}`
          : `slot ${slot} holds ${nameSent(there)}, which is older than ${nameMissing(missing)} and yet was sent after it`
      return { ...example, writes: [there, missing], words }
    }
    case 'lost': {
      const gone = isSeedGone(history, reading, seeded)
      const holds = gone
        ? 'is empty, but was seeded'
        : sequence === EMPTY
          ? 'is empty'
          : 'holds what it held before the load'
      const words = late < 0 ? `slot ${slot} ${holds}` : `${nameMissing(missing)} is not there: the slot ${holds}`
      // That a slot which was seeded is empty needs no write to show it.
      return { ...example, writes: gone ? [] : [missing], words }
    }
  }
}

const tellHome = (home: number | null): string => (home === null ? '' : `: it belongs in slot ${home}`)

function isBefore({ writes, readings }: History, { missed }: HistoryCheck, one: number, other: number): boolean {
  const early = writes.acknowledgedMs[missed[one] ?? NaN] ?? Infinity
  const late = writes.acknowledgedMs[missed[other] ?? NaN] ?? Infinity
  return early < late || (early === late && (readings.slot[one] ?? NaN) < (readings.slot[other] ?? NaN))
}
