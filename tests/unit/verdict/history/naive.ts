import type { Write } from '../../../../lib/record/facts.ts'
import { settleMs, TORN, type HistoryOptions } from '../../../../lib/verdict/history/history.ts'
import type { SlotKind } from '../../../../lib/verdict/history/check.ts'
import type { Point } from '../../../../lib/verdict/consistency.ts'

export interface NaiveCheck {
  acknowledged: number
  lost: number
  oldestLostMs: number
  unknown: { sent: number; there: number }
  hidden: number
  kinds: Record<SlotKind, number>
  /** Null if no moment exists. */
  point: Point | null
}

/** The expected answers, computed from the literal definitions in quadratic time: the oracle of the tests. */
export function checkNaively(
  writes: Write[],
  slots: [slot: number, sequence: number][],
  { restoreMs, seeded }: HistoryOptions & { seeded: number },
): NaiveCheck {
  const restore = restoreMs ?? Infinity
  const held = new Map(slots)
  const acked = writes.filter(({ acknowledgedMs }) => acknowledgedMs !== null)
  const shownIn = (slot: number) => writes.find((write) => write.slot === slot && write.sequence === held.get(slot))
  const isThere = (write: Write) => (shownIn(write.slot)?.sequence ?? -1) >= write.sequence
  const isLate = ({ sentMs, acknowledgedMs }: Write) =>
    Math.min(acknowledgedMs ?? Infinity, sentMs + settleMs) >= restore
  const lost = acked.filter((write) => !isThere(write))

  const kindOf = ([slot, sequence]: [number, number]): SlotKind | null => {
    if (sequence === TORN) return 'torn'
    const shown = shownIn(slot)
    const before = slot < seeded ? slot : -1
    if (!shown && sequence !== -1 && sequence !== before)
      return slots.some(([other, same]) => other !== slot && same === sequence) ? 'duplicated' : 'phantom'
    const missing = lost.filter((write) => write.slot === slot)
    if (!shown) return missing.length > 0 || sequence !== before ? 'lost' : null
    const after = missing.some(({ acknowledgedMs }) => (acknowledgedMs ?? Infinity) < shown.sentMs)
    if (after && !isLate(shown)) return 'reordered'
    return missing.length > 0 ? 'stale' : null
  }
  const kinds: NaiveCheck['kinds'] = { torn: 0, duplicated: 0, phantom: 0, reordered: 0, stale: 0, lost: 0 }
  for (const kind of slots.map(kindOf)) if (kind) kinds[kind]++

  // Slots that hold a possible state of the service.
  const sound = slots.filter((reading) => !['torn', 'duplicated', 'phantom'].includes(kindOf(reading) ?? ''))
  const shown = sound.map(([slot]) => shownIn(slot)).filter((write) => write !== undefined)
  const there = shown.filter((write) => !isLate(write))
  const missing = lost.filter((write) => sound.some(([slot]) => slot === write.slot) && write.sentMs < restore)
  const times = writes.flatMap(({ sentMs, acknowledgedMs }) => [sentMs, acknowledgedMs ?? Infinity])
  const moments = [-Infinity, ...times, restore].filter(
    (at) =>
      at <= restore &&
      there.every(({ sentMs }) => sentMs <= at) &&
      missing.every(({ acknowledgedMs }) => (acknowledgedMs ?? Infinity) >= at),
  )
  const known = (bound: number) => (Number.isFinite(bound) ? bound : null)
  return {
    acknowledged: acked.length,
    lost: lost.length,
    oldestLostMs: Math.min(...lost.map(({ acknowledgedMs }) => acknowledgedMs ?? Infinity)),
    unknown: {
      sent: writes.length - acked.length,
      there: writes.filter((write) => write.acknowledgedMs === null && shownIn(write.slot) === write).length,
    },
    hidden: acked.filter((write) => {
      const over = shownIn(write.slot)
      return over && over !== write && isThere(write) && write.sentMs < restore && isLate(over)
    }).length,
    kinds,
    point: moments.length === 0 ? null : [known(Math.min(...moments)), known(Math.max(...moments))],
  }
}
