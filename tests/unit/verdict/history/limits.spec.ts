import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { checkHistory } from '../../../../lib/verdict/history/check.ts'
import { pickExamples } from '../../../../lib/verdict/history/examples.ts'
import {
  EMPTY,
  type HistoryOptions,
  isSlot,
  maxSlot,
  TORN,
  toHistory,
  nameMissing,
} from '../../../../lib/verdict/history/history.ts'
import { BEFORE, FOREIGN, matchReadings } from '../../../../lib/verdict/history/match.ts'
import { type Slots, writer } from './builder.ts'

const write = writer(0)
const look = (writes: Write[], slots: Slots, options: Partial<HistoryOptions> = {}) => {
  const history = toHistory(writes, slots)
  const all = { restoreMs: null, ...options }
  const check = checkHistory(history, all)
  return { check, examples: pickExamples(history, check, all) }
}

test.describe('match of readings and writes', () => {
  const match = (writes: Write[], slots: Slots, seeded: number | null = null) =>
    matchReadings(toHistory(writes, slots), { seeded })

  test('a reading shows no write of a slot after the last one read', () => {
    const slots: Slots = [
      [0, 5],
      [1, 7],
    ]
    expect([...match([write(5, 0, 1), write(7, 9, 1)], slots).found]).toEqual([0, FOREIGN])
    expect([...match([], []).readingOf]).toEqual([])
  })

  test('a seeded sequence counts only in its own slot and if no write has it', () => {
    const slots: Slots = [
      [3, 3],
      [4, 4],
      [2, 2],
    ]
    expect([...match([write(2, 2, 1)], slots, 4).found]).toEqual([BEFORE, FOREIGN, 0])
  })

  test('a slot that was read twice and a repeated sequence are found at any place', () => {
    const slots: Slots = [
      [0, EMPTY],
      [7, EMPTY],
      [7, EMPTY],
      [5, EMPTY],
      [5, EMPTY],
    ]
    expect(match([], slots).readTwice).toBe(5)
    const repeated = (...sequences: number[]) =>
      match(
        sequences.map((sequence) => write(sequence, 0, 1)),
        [],
      ).repeated
    expect([repeated(1, 2, 3), repeated(3, 1, 2), repeated(1, 9, 9, 2), repeated(9, 2, 9, 2)]).toEqual([
      null,
      null,
      9,
      2,
    ])
    expect([repeated(1, 1e9, 1e9, 5), repeated(1.5, 9, 1.5, 9), repeated(1e9, 1)]).toEqual([1e9, 1.5, null])
  })
})

test('of three slots with the same foreign record, the lowest other slot and the home slot are named', () => {
  const slots: Slots = [1, 2, 3].map((slot) => [slot, 99])
  const { copies } = look([], slots, { seeded: 0 }).check
  expect([0, 1, 2].map((reading) => copies.twinOf(reading))).toEqual([2, 1, 1])
  expect(look([], [[9, 4]], { seeded: 4 }).check.copies.homeOf(0)).toBeNull()
  expect(look([], [[9, 4]], { seeded: 5 }).check.copies.homeOf(0)).toBe(4)
  // A reading in its own slot and an empty slot have no copies.
  const sound = look(
    [write(7, 0, 1)],
    [
      [0, 7],
      [1, EMPTY],
      [2, 99],
    ],
    { seeded: 0 },
  ).check.copies
  expect([0, 1].map((reading) => [sound.isCopy(reading), sound.twinOf(reading), sound.homeOf(reading)])).toEqual([
    [false, null, null],
    [false, null, null],
  ])
})

test('each unread slot is counted once', () => {
  const writes = [write(1, 3, 10), write(2, 4, 10), write(3, 4, 20)]
  expect(look(writes, []).check).toMatchObject({ unread: 2, acknowledged: 3, lost: 0 })
})

test('the oldest lost write is the one acknowledged first, in any order', () => {
  const oldest = (...writes: Write[]) => look(writes, [[0, EMPTY]]).check.oldestLostMs
  expect([oldest(write(1, 0, 200), write(2, 0, 100)), oldest(write(1, 0, 100), write(2, 0, 200))]).toEqual([100, 100])
  expect([oldest(), oldest(write(1, 0, null))]).toEqual([Infinity, Infinity])
})

test('writes that were sent after the restore began hide nothing', () => {
  const hidden = (sentMs: number) =>
    look([write(1, 0, sentMs + 1, sentMs), write(2, 0, 300, 200)], [[0, 2]], { restoreMs: 100 }).check.hidden
  expect([hidden(99), hidden(100), hidden(150)]).toEqual([1, 0, 0])
})

test('of several missing writes of a slot, the one acknowledged first counts, or the lower sequence', () => {
  const missed = (...writes: Write[]) => writes[look(writes, [[0, EMPTY]]).check.missed[0] ?? -1]?.sequence
  const [first, later] = [write(1, 0, 100), write(2, 0, 200)]
  expect([missed(first, later), missed(later, first)]).toEqual([1, 1])
  const [low, high] = [write(3, 0, 100), write(5, 0, 100)]
  expect([missed(low, high), missed(high, low)]).toEqual([3, 3])
})

test('the example of a kind is the write acknowledged first, with the sequence found', () => {
  const writes = [write(1, 0, 300), write(2, 1, 100), write(3, 2, 200)]
  const empty: Slots = [0, 1, 2].map((slot) => [slot, EMPTY])
  expect(look(writes, empty).examples).toMatchObject([{ kind: 'lost', slots: [1], found: null }])
  expect(look([write(1, 0, 300)], [[0, TORN]]).examples).toMatchObject([{ kind: 'torn', found: null }])
  const older = look([write(0, 0, 100), write(1, 0, 200, 150)], [[0, 0]])
  expect(older.examples).toMatchObject([{ kind: 'stale', found: 0 }])
})

test('a write without an answer is described as never acknowledged', () => {
  expect(nameMissing(write(3, 1, null))).toBe('write 3 (slot 1, never acknowledged)')
})

test('slots are whole numbers up to the maximum', () => {
  expect([0, maxSlot, maxSlot + 1, -1, 0.5, NaN].map(isSlot)).toEqual([true, true, false, false, false, false])
})
