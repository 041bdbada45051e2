import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import {
  findPoint,
  listedParts,
  type Consistency,
  type ConsistencyOptions,
} from '../../../../lib/verdict/consistency.ts'
import { settleMs, toHistory, TORN } from '../../../../lib/verdict/history/history.ts'
import { checkHistory } from '../../../../lib/verdict/history/check.ts'
import { createRandom } from '../facts-builder.ts'

function write(sequence: number, slot: number, sentMs: number, acknowledgedMs: number | null): Write {
  return { sequence, slot, generation: 1, sentMs, acknowledgedMs }
}

/** `held`: slot → sequence. */
function find(
  writes: Write[],
  held: Record<number, number>,
  options: ConsistencyOptions = { restoreMs: null },
): Consistency {
  const slots = Object.entries(held).map(([slot, sequence]): [number, number] => [Number(slot), sequence])
  const history = toHistory(writes, slots)
  return findPoint(history, checkHistory(history, options), options)
}

/**
 * True if a service can have reached this state. It makes one write at a time, each between its sending and its answer,
 * and refuses a write that is older than its slot. This tries all orders, a restore to each moment, and all later
 * writes.
 */
function isReachable(writes: Write[], slots: [number, number][], restoreMs: number): boolean {
  const answered = ({ acknowledgedMs }: Write) => acknowledgedMs ?? Infinity
  const late = writes.filter((each) => Math.min(answered(each), each.sentMs + settleMs) >= restoreMs)
  const put = (state: Map<number, number>, { slot, sequence }: Write): Map<number, number> | null =>
    (state.get(slot) ?? -1) > sequence ? null : new Map(state).set(slot, sequence)
  const isRead = (state: Map<number, number>) =>
    slots.every(([slot, sequence]) => {
      if ((state.get(slot) ?? -1) === sequence) return true
      const over = late.find((each) => each.slot === slot && each.sequence === sequence)
      return over !== undefined && put(state, over) !== null
    })
  /** Whether the remaining writes can be made, and whether one of the states on the way was read. */
  const goOn = (state: Map<number, number>, left: Write[]): { ends: boolean; read: boolean } => {
    let [ends, read] = [left.every(({ acknowledgedMs }) => acknowledgedMs === null), false]
    for (const next of left) {
      const others = left.filter((each) => each !== next)
      const after = put(state, next)
      if (!after || others.some((each) => answered(each) < next.sentMs)) continue
      const further = goOn(after, others)
      ends ||= further.ends
      read ||= further.read
    }
    return { ends, read: ends && (read || isRead(state)) }
  }
  return goOn(new Map(), writes).read
}

test('a small random history is of one moment exactly if some order of its writes explains it', () => {
  const wrong: object[] = []
  const counts = { consistent: 0, mixed: 0 }
  for (let seed = 0; seed < 3000; seed++) {
    const draw = createRandom(seed)
    let sentMs = 0
    const writes = Array.from({ length: 2 + Math.floor(draw() * 4) }, (_, sequence) => {
      sentMs += Math.floor(draw() * 4) * 500
      const tookMs = Math.floor(draw() * 3) * 500
      return write(sequence, Math.floor(draw() * 3), sentMs, draw() < 0.8 ? sentMs + tookMs : null)
    })
    const slots = [...new Set(writes.map(({ slot }) => slot))].map((slot): [number, number] => {
      const states = [-1, ...writes.filter((each) => each.slot === slot).map(({ sequence }) => sequence)]
      return [slot, states[Math.floor(draw() * states.length)] ?? -1]
    })
    const restoreMs = draw() < 0.5 ? null : Math.floor(draw() * 20) * 500
    const found = find(writes, Object.fromEntries(slots), { restoreMs })
    if (found.consistent) counts.consistent++
    else counts.mixed++
    if (found.consistent !== isReachable(writes, slots, restoreMs ?? Infinity))
      wrong.push({ seed, writes, slots, restoreMs })
  }
  expect(wrong.slice(0, 2)).toEqual([])
  expect(Math.min(counts.consistent, counts.mixed)).toBeGreaterThan(300)
})

const noon = Date.UTC(2026, 0, 1, 12)

test('the witness describes two writes in words', () => {
  const writes = [write(640, 9, noon + 100, noon + 900), write(812, 3, noon + 1200, noon + 1300)]
  expect(find(writes, { 9: -1, 3: 812 })).toMatchObject({
    consistent: false,
    witness: {
      gapMs: 300,
      words: 'write 812 (slot 3, sent 12:00:01.200) is there, but write 640 (slot 9, acknowledged 12:00:00.900) is not',
    },
    within: 'segment-00000',
    seen: { there: 1, missing: 1 },
  })
})

test('the witness is the pair of writes with the widest gap', () => {
  const writes = [write(1, 0, 0, 10), write(2, 1, 0, 20), write(3, 2, 30, 40), write(4, 3, 50, 60)]
  const found = find(writes, { 0: -1, 1: -1, 2: 3, 3: 4 })
  expect(found).toMatchObject({ witness: { there: { sequence: 4 }, missing: { sequence: 1 }, gapMs: 40 } })
})

test('the moment is after the sending of all present writes and before the acknowledgement of any missing one', () => {
  const writes = [write(1, 0, 0, 10), write(2, 1, 5, 40), write(3, 2, 20, 30)]
  expect(find(writes, { 0: 1, 1: 2, 2: -1 })).toEqual({
    consistent: true,
    point: [5, 30],
    seen: { there: 2, missing: 1 },
  })
  expect(find(writes, { 0: 1, 1: 2, 2: 3 })).toMatchObject({ point: [20, null] })
  expect(find(writes, { 0: 1, 1: 2, 2: 3 }, { restoreMs: 90 })).toMatchObject({ point: [20, 90] })
  expect(find(writes, { 0: -1, 1: -1, 2: -1 })).toMatchObject({ point: [null, 10] })
})

test('concurrent writes and writes without an answer may be present or missing', () => {
  expect(find([write(1, 0, 0, 20), write(2, 1, 10, 30)], { 0: -1, 1: 2 }).consistent).toBe(true)
  expect(find([write(1, 0, 0, 20), write(2, 1, 20, 30)], { 0: -1, 1: 2 }).consistent).toBe(true)
  expect(find([write(1, 0, 0, 20), write(2, 1, 21, 30)], { 0: -1, 1: 2 }).consistent).toBe(false)
  expect(find([write(1, 0, 0, null), write(2, 1, 21, 30)], { 0: -1, 1: 2 }).consistent).toBe(true)
  // A present write was sent, even if it was not answered.
  expect(find([write(1, 0, 0, 20), write(2, 1, 21, null)], { 0: -1, 1: 2 }).consistent).toBe(false)
})

test('a replaced older version is present through the newer one', () => {
  const writes = [write(1, 0, 0, 10), write(2, 1, 20, 30), write(3, 0, 40, 50)]
  expect(find(writes, { 0: 3, 1: 2 })).toMatchObject({ consistent: true, point: [40, null] })
  expect(find(writes, { 0: 3, 1: -1 })).toMatchObject({
    consistent: false,
    witness: { there: { sequence: 3 }, missing: { sequence: 2 } },
  })
  expect(find(writes, { 0: 1, 1: 2 })).toMatchObject({ consistent: true, point: [20, 50] })
})

test('writes that may have been made after the restore began prove nothing about the restored state', () => {
  const lost = write(1, 0, 0, 10)
  const restoreMs = 10_000
  const there = (sentMs: number, acknowledgedMs: number | null) =>
    find([lost, write(2, 1, sentMs, acknowledgedMs)], { 0: -1, 1: 2 }, { restoreMs })
  expect(there(20, 30).consistent).toBe(false)
  expect(there(restoreMs, restoreMs + 5)).toMatchObject({ consistent: true, point: [null, 10], seen: { there: 0 } })
  expect(there(restoreMs - 5, restoreMs + 5).consistent).toBe(true)
  expect(there(restoreMs - settleMs, null).consistent).toBe(true)
  expect(there(restoreMs - settleMs - 1, null).consistent).toBe(false)
  // A later loss proves nothing either: the volume was put in place at some later moment.
  const later = [write(1, 0, 0, 10), write(2, 1, restoreMs + 1, restoreMs + 5)]
  expect(find(later, { 0: 1, 1: -1 }, { restoreMs })).toMatchObject({ point: [0, restoreMs], seen: { missing: 0 } })
})

test('torn slots and slots with foreign records are left out of the moment', () => {
  const writes = [write(1, 0, 0, 10), write(2, 1, 20, 30)]
  expect(find(writes, { 0: -1, 1: 2 }).consistent).toBe(false)
  expect(find(writes, { 0: TORN, 1: 2 })).toMatchObject({ consistent: true, seen: { there: 1, missing: 0 } })
  expect(find(writes, { 0: 99, 1: 2 })).toMatchObject({ consistent: true, seen: { there: 1, missing: 0 } })
})

test('without a single moment, the moment of each file is listed, and the mixed file is named', () => {
  const [a, b, c] = [0, 1024, 2048]
  const writes = [write(1, a, 0, 10), write(2, b, 20, 30), write(3, c, 40, 50), write(4, c + 1, 60, 70)]
  const byFile = find(writes, { [a]: -1, [b]: 2, [c]: 3, [c + 1]: -1 })
  expect(byFile).toMatchObject({
    consistent: false,
    within: null,
    witness: { there: { sequence: 3, part: 'segment-00002' }, missing: { sequence: 1, part: 'segment-00000' } },
    parts: [
      { part: 'segment-00000', point: [null, 10] },
      { part: 'segment-00001', point: [20, null] },
      { part: 'segment-00002', point: [40, 70] },
    ],
  })
  const inFile = find(writes, { [a]: 1, [b]: 2, [c]: -1, [c + 1]: 4 })
  expect(inFile).toMatchObject({ within: 'segment-00002', parts: [{ part: 'segment-00002', point: null }, {}, {}] })
  const byVolume = find(
    writes,
    { [a]: -1, [b]: 2, [c]: 3, [c + 1]: -1 },
    {
      restoreMs: null,
      partOf: (slot) => (slot < c ? 'volume "one"' : 'volume "two"'),
    },
  )
  expect(byVolume).toMatchObject({ within: 'volume "one"', parts: [{ point: null }, { point: [40, 70] }] })
})

test('of several mixed files, the one with the widest gap is named', () => {
  const [a, b] = [0, 1024]
  const writes = [write(1, a, 0, 10), write(2, b, 0, 15), write(3, a + 1, 25, 30), write(4, b + 1, 60, 70)]
  const found = find(writes, { [a]: -1, [a + 1]: 3, [b]: -1, [b + 1]: 4 })
  expect(found).toMatchObject({ within: 'segment-00001', parts: [{ point: null }, { point: null }] })
})

test('of writes sent at the same time, the one with the lower sequence is the witness', () => {
  for (const one of [1, 2]) {
    const other = 3 - one
    const writes = [write(1, 0, 0, 10), write(2, one, 20, null), write(3, other, 20, 30)]
    const { witness } = { witness: null, ...find(writes, { 0: -1, [one]: 2, [other]: 3 }) }
    expect(witness).toMatchObject({ there: { sequence: 2, acknowledgedMs: null }, missing: { acknowledgedMs: 10 } })
  }
})

test('at most a thousand files are listed', () => {
  const writes = Array.from({ length: 1500 }, (_, index) => write(index, index * 1024, index * 10, index * 10 + 5))
  const held = Object.fromEntries(writes.map(({ sequence, slot }) => [slot, sequence === 0 ? -1 : sequence]))
  const found = find(writes, held)
  expect(found.consistent ? [] : found.parts).toHaveLength(listedParts)
})

test('times differ only if they are further apart than the tolerance', () => {
  const writes = [write(1, 0, 0, 100), write(2, 1, 150, 160)]
  const held = { 0: -1, 1: 2 }
  expect(find(writes, held, { restoreMs: null, toleranceMs: 49 }).consistent).toBe(false)
  expect(find(writes, held, { restoreMs: null, toleranceMs: 50 })).toMatchObject({
    consistent: true,
    point: [100, 150],
  })
})
