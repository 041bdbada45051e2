import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import {
  EMPTY,
  maxSlot,
  settleMs,
  toHistory,
  TORN,
  type HistoryOptions,
} from '../../../../lib/verdict/history/history.ts'
import { checkHistory, slotKinds } from '../../../../lib/verdict/history/check.ts'
import { pickExamples } from '../../../../lib/verdict/history/examples.ts'
import { buildExamples } from './referee.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const seeded = 4

/** Sent that many milliseconds after noon. */
function write(sequence: number, slot: number, sentMs: number, acknowledgedMs: number | null): Write {
  const at = (ms: number) => noon + ms
  return { sequence, slot, generation: 1, sentMs: at(sentMs), acknowledgedMs: acknowledgedMs && at(acknowledgedMs) }
}

function check(writes: Write[], held: Record<number, number>, changes: Partial<HistoryOptions> = {}) {
  const slots = Object.entries(held).map(([slot, sequence]): [number, number] => [Number(slot), sequence])
  const options = { restoreMs: null, seeded, ...changes }
  const history = toHistory(writes, slots)
  const checked = checkHistory(history, options)
  const examples = buildExamples(history, checked, options)
  return { ...checked, examples, words: examples.map(({ kind, words }) => `${kind}: ${words}`) }
}

const one = write(10, 1, 100, 200)
const two = write(11, 1, 300, 400)
const other = write(12, 7, 500, 600)

const kinds: [what: string, writes: Write[], held: Record<number, number>, words: string[]][] = [
  ['nothing is wrong', [one, two, other], { 1: 11, 7: 12 }, []],
  ['a slot does not verify', [other], { 7: TORN }, ['torn: slot 7 holds what does not verify']],
  [
    'a write is in two slots',
    [one, other],
    { 1: 12, 7: 12 },
    ['duplicated: write 12 is in slot 1 and in slot 7: it belongs in slot 7'],
  ],
  [
    'a write is in two slots, and not where it belongs',
    [one, other, write(13, 8, 700, null)],
    { 1: 12, 7: EMPTY, 8: 12 },
    [
      'duplicated: write 12 is in slot 1 and in slot 8: it belongs in slot 7',
      'duplicated: write 12 is in slot 8 and in slot 1: it belongs in slot 7',
      'lost: write 12 (slot 7, acknowledged 12:00:00.600) is not there: the slot is empty',
    ],
  ],
  [
    'a seeded record is in two slots',
    [one, write(13, 2, 700, null)],
    { 1: 2, 2: 2 },
    ['duplicated: write 2 is in slot 1 and in slot 2: it belongs in slot 2'],
  ],
  ['nobody sent it', [one], { 1: 99 }, ['phantom: slot 1 holds sequence 99, which was never sent to it']],
  ['nobody seeded it there', [other], { 7: 7 }, ['phantom: slot 7 holds sequence 7, which was never sent to it']],
  [
    'it was sent elsewhere',
    [one, write(12, 7, 500, null)],
    { 1: 12, 7: EMPTY },
    ['phantom: slot 1 holds sequence 12, which was never sent to it: it belongs in slot 7'],
  ],
  [
    'a seeded record is where none was seeded',
    [other],
    { 7: 3 },
    ['phantom: slot 7 holds sequence 3, which was never sent to it: it belongs in slot 3'],
  ],
  [
    'an older write came after a newer one, and was taken',
    [two, write(10, 1, 401, null)],
    { 1: 10 },
    [
      'reordered: slot 1 holds write 10 (slot 1, sent 12:00:00.401), which is older than write 11 (slot 1, acknowledged 12:00:00.400) and yet was sent after it',
    ],
  ],
  [
    'the older of two writes on their way at once is there',
    [two, write(10, 1, 400, null)],
    { 1: 10 },
    [
      'stale: slot 1 holds write 10 (slot 1, sent 12:00:00.400), but not the newer write 11 (slot 1, acknowledged 12:00:00.400)',
    ],
  ],
  [
    'the slot is empty',
    [other],
    { 7: EMPTY },
    ['lost: write 12 (slot 7, acknowledged 12:00:00.600) is not there: the slot is empty'],
  ],
  [
    'the slot is as it was before the load',
    [two, one],
    { 1: 1 },
    ['lost: write 10 (slot 1, acknowledged 12:00:00.200) is not there: the slot holds what it held before the load'],
  ],
  [
    'a seeded slot is empty, and nothing was acknowledged there',
    [write(10, 1, 100, null)],
    { 1: EMPTY },
    ['lost: slot 1 is empty, but was seeded'],
  ],
  ['nothing is there that nobody was told was there', [write(12, 7, 500, null)], { 7: EMPTY }, []],
  ['the first slot behind those that were seeded is empty', [write(12, 7, 500, null)], { 4: EMPTY }, []],
]
for (const [what, writes, held, words] of kinds) {
  test(`in words: ${what}`, () => {
    expect(check(writes, held).words).toEqual(words)
  })
}

test('what is no sequence is torn', () => {
  for (const sequence of [TORN, -5, NaN])
    expect(check([other], { 7: sequence }).bad.torn, String(sequence)).toEqual([0])
})

test('a write that a slot misses is counted once, whatever became of the slot', () => {
  expect(check([one, two, other], { 1: 10, 7: EMPTY })).toMatchObject({ acknowledged: 3, lost: 2 })
  for (const sequence of [TORN, EMPTY, 1, 99, 12])
    expect(check([one, two, other], { 1: sequence, 7: 12 }), String(sequence)).toMatchObject({
      acknowledged: 3,
      lost: 2,
    })
})

test('writes without an answer are counted, and those that can be seen', () => {
  const unanswered = [write(10, 1, 100, null), write(11, 1, 300, null), write(12, 7, 500, null)]
  expect(check(unanswered, { 1: 11, 7: EMPTY })).toMatchObject({
    acknowledged: 0,
    lost: 0,
    unknown: { sent: 3, there: 1 },
  })
})

test('what is acknowledged after what was made when the restore had begun is not known to be there', () => {
  const restoreMs = noon + 10_000
  const hidden = (over: Write) => check([one, over], { 1: 11 }, { restoreMs }).hidden
  expect(hidden(write(11, 1, 10_000, 10_001))).toBe(1)
  expect(hidden(write(11, 1, 9_999, 10_000))).toBe(1)
  expect(hidden(write(11, 1, 9_990, 9_999))).toBe(0)
  expect(hidden(write(11, 1, 10_000 - settleMs, null))).toBe(1)
  expect(hidden(write(11, 1, 9_999 - settleMs, null))).toBe(0)
})

test('a service that was restored may take what it would have refused before: that is a loss, and no more', () => {
  // Held back on its way, and made after the restore, which had taken 11 away.
  const late = write(10, 1, 9_000, 10_020)
  expect(check([two, late], { 1: 10 }, { restoreMs: noon + 10_000 }).bad).toMatchObject({ reordered: [], stale: [0] })
  expect(check([two, late], { 1: 10 }, { restoreMs: noon + 10_021 }).bad).toMatchObject({ reordered: [0], stale: [] })
})

test('an order of times is told only beyond the tolerance', () => {
  const late = write(10, 1, 450, null)
  expect(check([two, late], { 1: 10 }, { toleranceMs: 49 }).bad).toMatchObject({ reordered: [0], stale: [] })
  expect(check([two, late], { 1: 10 }, { toleranceMs: 50 }).bad).toMatchObject({ reordered: [], stale: [0] })
})

test('where it is not known what was seeded, all below the first sequence of the load may have been there', () => {
  expect(check([two, other], { 1: 3, 7: 12 }, { seeded: null }).bad).toMatchObject({ lost: [0], phantom: [] })
  expect(check([write(11, 1, 0, null)], { 1: EMPTY }, { seeded: null }).bad.lost).toEqual([])
  // But not what the load sent to another slot, though it is older than all that was sent to this one.
  expect(check([one, other], { 1: EMPTY, 7: 10 }, { seeded: null }).bad.phantom).toEqual([1])
})

test('the example that is told is of the write acknowledged first, of two at a time of the lower slot', () => {
  const writes = [write(10, 20, 0, 900), write(11, 21, 0, 300), write(12, 22, 0, 300), write(13, 23, 0, 800)]
  const told = (...slots: number[]) => {
    const history = toHistory(
      writes,
      slots.map((slot) => [slot, EMPTY]),
    )
    const options = { restoreMs: null }
    return pickExamples(history, checkHistory(history, options), options).map((example) => example.slots)
  }
  expect([told(20, 21, 22, 23), told(23, 22, 21, 20), told(20, 23)]).toEqual([[[21]], [[21]], [[23]]])
  expect([told(22, 20), told()]).toEqual([[[22]], []])
})

test('a sequence that two writes have, and a slot that was read twice, are told', () => {
  const same = (sequences: number[]) =>
    check(
      sequences.map((each) => write(each, 1, 0, 1)),
      { 1: EMPTY },
    ).match.repeated
  expect(same([5, 6, 7])).toBe(null)
  expect(same([7, 6, 5])).toBe(null)
  expect(same([5, 5])).toBe(5)
  expect(same([7, 5, 6, 9, 7, 6])).toBe(6)
  expect(same([6, 5, 7, 9, 6, 7])).toBe(6)
  expect(same([1e12, 5, 6, 7, 5])).toBe(5)
  expect(same([1e12, 5, 6, 7])).toBe(null)
  expect(same([5.5, 5.25, 6])).toBe(null)
  const twice = toHistory(
    [one],
    [
      [1, 10],
      [7, -1],
      [1, 10],
    ],
  )
  expect(checkHistory(twice, { restoreMs: null }).match.readTwice).toBe(1)
})

test('a slot that was not read is counted, and nothing else is said of it', () => {
  expect(check([one, two, other], { 7: 12 })).toMatchObject({ acknowledged: 3, lost: 0, unread: 1, words: [] })
})

test('a slot that cannot be one is refused', () => {
  for (const slot of [-1, 1.5, maxSlot + 1, NaN]) {
    expect(() => toHistory([write(1, slot, 0, 1)], [])).toThrow(/is not a whole number/)
    expect(() => toHistory([], [[slot, 1]])).toThrow(/is not a whole number/)
  }
  expect(slotKinds.length).toBe(6)
})
