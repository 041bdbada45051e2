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

/** A write with times in milliseconds after noon. */
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
  ['all writes are present', [one, two, other], { 1: 11, 7: 12 }, []],
  ['a slot does not verify', [other], { 7: TORN }, ['torn: slot 7 holds a record that does not verify']],
  [
    'a write is in two slots',
    [one, other],
    { 1: 12, 7: 12 },
    ['duplicated: write 12 is in slot 1 and in slot 7: it belongs in slot 7'],
  ],
  [
    'a write is in two wrong slots',
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
  ['a record was never sent', [one], { 1: 99 }, ['phantom: slot 1 holds sequence 99, which was never sent to it']],
  [
    'a record was never seeded in its slot',
    [other],
    { 7: 7 },
    ['phantom: slot 7 holds sequence 7, which was never sent to it'],
  ],
  [
    'a record was sent to another slot',
    [one, write(12, 7, 500, null)],
    { 1: 12, 7: EMPTY },
    ['phantom: slot 1 holds sequence 12, which was never sent to it: it belongs in slot 7'],
  ],
  [
    'a seeded record is in a slot that was not seeded',
    [other],
    { 7: 3 },
    ['phantom: slot 7 holds sequence 3, which was never sent to it: it belongs in slot 3'],
  ],
  [
    'the service accepted an older write after a newer one',
    [two, write(10, 1, 401, null)],
    { 1: 10 },
    [
      'reordered: slot 1 holds write 10 (slot 1, sent 12:00:00.401), which is older than write 11 (slot 1, acknowledged 12:00:00.400) but was sent after it',
    ],
  ],
  [
    'the older of two concurrent writes is present',
    [two, write(10, 1, 400, null)],
    { 1: 10 },
    [
      'stale: slot 1 holds write 10 (slot 1, sent 12:00:00.400), but not the newer write 11 (slot 1, acknowledged 12:00:00.400)',
    ],
  ],
  [
    'a slot is empty',
    [other],
    { 7: EMPTY },
    ['lost: write 12 (slot 7, acknowledged 12:00:00.600) is not there: the slot is empty'],
  ],
  [
    'a slot still holds its record from before the load',
    [two, one],
    { 1: 1 },
    [
      'lost: write 10 (slot 1, acknowledged 12:00:00.200) is not there: the slot still holds its state from before the load',
    ],
  ],
  [
    'a seeded slot is empty, and nothing was acknowledged there',
    [write(10, 1, 100, null)],
    { 1: EMPTY },
    ['lost: slot 1 is empty, but was seeded'],
  ],
  ['a write without an answer is missing', [write(12, 7, 500, null)], { 7: EMPTY }, []],
  ['the first slot after the seeded ones is empty', [write(12, 7, 500, null)], { 4: EMPTY }, []],
]
for (const [what, writes, held, words] of kinds) {
  test(`the examples describe the history if ${what}`, () => {
    expect(check(writes, held).words).toEqual(words)
  })
}

test('a slot without a valid sequence is torn', () => {
  for (const sequence of [TORN, -5, NaN])
    expect(check([other], { 7: sequence }).bad.torn, String(sequence)).toEqual([0])
})

test('a missing write counts once, however its slot is bad', () => {
  expect(check([one, two, other], { 1: 10, 7: EMPTY })).toMatchObject({ acknowledged: 3, lost: 2 })
  for (const sequence of [TORN, EMPTY, 1, 99, 12])
    expect(check([one, two, other], { 1: sequence, 7: 12 }), String(sequence)).toMatchObject({
      acknowledged: 3,
      lost: 2,
    })
})

test('writes without an answer are counted, and so are the present ones among them', () => {
  const unanswered = [write(10, 1, 100, null), write(11, 1, 300, null), write(12, 7, 500, null)]
  expect(check(unanswered, { 1: 11, 7: EMPTY })).toMatchObject({
    acknowledged: 0,
    lost: 0,
    unknown: { sent: 3, there: 1 },
  })
})

test('a write that was replaced after the restore began is hidden', () => {
  const restoreMs = noon + 10_000
  const hidden = (over: Write) => check([one, over], { 1: 11 }, { restoreMs }).hidden
  expect(hidden(write(11, 1, 10_000, 10_001))).toBe(1)
  expect(hidden(write(11, 1, 9_999, 10_000))).toBe(1)
  expect(hidden(write(11, 1, 9_990, 9_999))).toBe(0)
  expect(hidden(write(11, 1, 10_000 - settleMs, null))).toBe(1)
  expect(hidden(write(11, 1, 9_999 - settleMs, null))).toBe(0)
})

test('an older write that a restored service accepts is a loss, not a reordering', () => {
  // It was delayed and made after the restore, which had removed write 11.
  const late = write(10, 1, 9_000, 10_020)
  expect(check([two, late], { 1: 10 }, { restoreMs: noon + 10_000 }).bad).toMatchObject({ reordered: [], stale: [0] })
  expect(check([two, late], { 1: 10 }, { restoreMs: noon + 10_021 }).bad).toMatchObject({ reordered: [0], stale: [] })
})

test('two times are in order only if they differ by more than the tolerance', () => {
  const late = write(10, 1, 450, null)
  expect(check([two, late], { 1: 10 }, { toleranceMs: 49 }).bad).toMatchObject({ reordered: [0], stale: [] })
  expect(check([two, late], { 1: 10 }, { toleranceMs: 50 }).bad).toMatchObject({ reordered: [], stale: [0] })
})

test('if the seeded records are not known, any sequence below the first of the load may have been seeded', () => {
  expect(check([two, other], { 1: 3, 7: 12 }, { seeded: null }).bad).toMatchObject({ lost: [0], phantom: [] })
  expect(check([write(11, 1, 0, null)], { 1: EMPTY }, { seeded: null }).bad.lost).toEqual([])
  // But not a write of another slot, even if it is older than all writes of this slot.
  expect(check([one, other], { 1: EMPTY, 7: 10 }, { seeded: null }).bad.phantom).toEqual([1])
})

test('the example is the write acknowledged first, or the lower slot of two at the same time', () => {
  const writes = [write(10, 20, 0, 900), write(11, 21, 0, 300), write(12, 22, 0, 300), write(13, 23, 0, 800)]
  const pickExample = (...slots: number[]) => {
    const history = toHistory(
      writes,
      slots.map((slot) => [slot, EMPTY]),
    )
    const options = { restoreMs: null }
    return pickExamples(history, checkHistory(history, options), options).map((example) => example.slots)
  }
  expect([pickExample(20, 21, 22, 23), pickExample(23, 22, 21, 20), pickExample(20, 23)]).toEqual([
    [[21]],
    [[21]],
    [[23]],
  ])
  expect([pickExample(22, 20), pickExample()]).toEqual([[[22]], []])
})

test('a repeated sequence and a slot that was read twice are reported', () => {
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

test('an unread slot is counted and not judged', () => {
  expect(check([one, two, other], { 7: 12 })).toMatchObject({ acknowledged: 3, lost: 0, unread: 1, words: [] })
})

test('an invalid slot is rejected', () => {
  for (const slot of [-1, 1.5, maxSlot + 1, NaN]) {
    expect(() => toHistory([write(1, slot, 0, 1)], [])).toThrow(/is not a whole number/)
    expect(() => toHistory([], [[slot, 1]])).toThrow(/is not a whole number/)
  }
  expect(slotKinds.length).toBe(6)
})
