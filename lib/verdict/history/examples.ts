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
 * A minimal counter-example. A history with only `writes`, and with only `slots` read back, has the same defect.
 * Without any of these writes or slots the defect disappears (if the seeded records are known).
 */
export interface Example {
  kind: SlotKind
  /** The bad slot. For a duplicate, also the other slot that holds the same write. */
  slots: number[]
  /** The sequence in the slot. Null if the slot is empty or does not verify. */
  found: number | null
  /** No write, one write, or the present write and the missing one. */
  writes: SentWrite[]
  words: string
}

/**
 * One example of each kind: for the write that was acknowledged first, else for the lowest slot. `check` belongs to
 * this history.
 */
export function pickExamples(history: History, check: HistoryCheck, options: HistoryOptions): Example[] {
  return slotKinds.flatMap((kind) => {
    const readings = check.bad[kind]
    if (readings.length === 0) return []
    // Sorting millions of readings would be slow.
    const first = readings.reduce((best, other) => (isBefore(history, check, other, best) ? other : best))
    return [buildExample(history, check, options, kind, first)]
  })
}

/** Builds the example for one reading, which must be among the bad readings of that kind. */
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
      return { ...example, words: `slot ${slot} holds a record that does not verify` }
    case 'duplicated': {
      const twin = check.copies.twinOf(reading) ?? NaN
      const words = `write ${sequence} is in slot ${slot} and in slot ${twin}${describeHome(check.copies.homeOf(reading))}`
      return { ...example, slots: [slot, twin], words }
    }
    case 'phantom': {
      const words = `slot ${slot} holds sequence ${sequence}, which was never sent to it`
      return { ...example, words: words + describeHome(check.copies.homeOf(reading)) }
    }
    case 'reordered':
    case 'stale': {
      const there = pickWrite(writes, shown)
      const words =
        kind === 'stale'
          ? `slot ${slot} holds ${nameSent(there)}, but not the newer ${nameMissing(missing)}`
          : `slot ${slot} holds ${nameSent(there)}, which is older than ${nameMissing(missing)} but was sent after it`
      return { ...example, writes: [there, missing], words }
    }
    case 'lost': {
      const gone = isSeedGone(history, reading, seeded)
      const holds = gone
        ? 'is empty, but was seeded'
        : sequence === EMPTY
          ? 'is empty'
          : 'still holds its state from before the load'
      const words = late < 0 ? `slot ${slot} ${holds}` : `${nameMissing(missing)} is not there: the slot ${holds}`
      // A seeded slot that is empty proves the loss without any write.
      return { ...example, writes: gone ? [] : [missing], words }
    }
  }
}

const describeHome = (home: number | null): string => (home === null ? '' : `: it belongs in slot ${home}`)

function isBefore({ writes, readings }: History, { missed }: HistoryCheck, one: number, other: number): boolean {
  const early = writes.acknowledgedMs[missed[one] ?? NaN] ?? Infinity
  const late = writes.acknowledgedMs[missed[other] ?? NaN] ?? Infinity
  return early < late || (early === late && (readings.slot[one] ?? NaN) < (readings.slot[other] ?? NaN))
}
