import { EMPTY, isSeedGone, pickWrite, type History, type HistoryOptions, type SentWrite } from './history.ts'
import { slotKinds, type HistoryCheck, type SlotKind } from './check.ts'
import { nameMissing, nameSent } from './words.ts'

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

/** At most `atMost` of each kind, those of the writes acknowledged first, else of the lowest slots, foremost. `check` is of the same history. */
export function pickExamples(
  history: History,
  check: HistoryCheck,
  { seeded = null }: HistoryOptions,
  atMost = 1,
): Example[] {
  const compare = (one: number, other: number) => compareReadings(history, check, one, other)
  return slotKinds.flatMap((kind) =>
    pickFirst(check.bad[kind], atMost, compare).map((reading) => buildExample(history, check, kind, reading, seeded)),
  )
}

/** Sorts all only where more than one is wanted: there may be millions. */
function pickFirst(readings: number[], atMost: number, compare: (one: number, other: number) => number): number[] {
  if (atMost !== 1) return readings.toSorted(compare).slice(0, atMost)
  const [first] = readings
  return first === undefined ? [] : [readings.reduce((best, other) => (compare(other, best) < 0 ? other : best), first)]
}

function buildExample(
  history: History,
  check: HistoryCheck,
  kind: SlotKind,
  reading: number,
  seeded: number | null,
): Example {
  const { writes, readings } = history
  const slot = readings.slot[reading] ?? NaN
  const sequence = readings.sequence[reading] ?? EMPTY
  const shown = check.match.found[reading] ?? -1
  const late = check.missed[reading] ?? -1
  const missing = late < 0 ? null : pickWrite(writes, late)
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
      if (missing === null) throw new Error(`slot ${slot} is ${kind}, but misses no write`)
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
      const words =
        missing === null ? `slot ${slot} ${holds}` : `${nameMissing(missing)} is not there: the slot ${holds}`
      // That a slot which was seeded is empty needs no write to show it.
      return { ...example, writes: missing === null || gone ? [] : [missing], words }
    }
  }
}

const tellHome = (home: number | null): string => (home === null ? '' : `: it belongs in slot ${home}`)

function compareReadings({ writes, readings }: History, { missed }: HistoryCheck, one: number, other: number): number {
  const early = writes.acknowledgedMs[missed[one] ?? -1] ?? Infinity
  const late = writes.acknowledgedMs[missed[other] ?? -1] ?? Infinity
  return early === late ? (readings.slot[one] ?? NaN) - (readings.slot[other] ?? NaN) : early - late
}
