import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { type ConsistencyOptions, findPoint } from '../../../../lib/verdict/consistency.ts'
import { checkHistory } from '../../../../lib/verdict/history/check.ts'
import { EMPTY, toHistory } from '../../../../lib/verdict/history/history.ts'
import { type Slots, writer } from './builder.ts'

const write = writer(0)
const look = (writes: Write[], slots: Slots, changes: Partial<ConsistencyOptions> = {}) => {
  const history = toHistory(writes, slots)
  const options = { restoreMs: null, ...changes }
  return findPoint(history, checkHistory(history, options), options)
}
/** Two slots form a page. */
const pages = { partOf: (slot: number) => `page-${Math.floor(slot / 2)}` }

test('the last present write bounds the moment, in any order of the writes', () => {
  const [early, late] = [write(1, 0, 11, 10), write(2, 1, 21, 20)]
  const slots: Slots = [
    [0, 1],
    [1, 2],
  ]
  for (const writes of [
    [early, late],
    [late, early],
  ])
    expect(look(writes, slots.toReversed(), { restoreMs: 100 })).toMatchObject({ point: [20, 100] })
  expect(look([late, early], slots, { restoreMs: 100 })).toMatchObject({ point: [20, 100] })
})

test('no moment exists if the first write is present and was sent after a missing one', () => {
  const slots: Slots = [
    [0, 2],
    [1, EMPTY],
  ]
  const point = look([write(2, 0, 31, 30), write(1, 1, 11, 10)], slots)
  expect(point).toMatchObject({ consistent: false, witness: { gapMs: 19 } })
})

test('a write that was acknowledged as the restore began does not bound the moment', () => {
  const missing = (acknowledgedMs: number) =>
    look([write(1, 0, acknowledgedMs, 10)], [[0, EMPTY]], { restoreMs: 100 }).seen.missing
  expect([missing(99), missing(100)]).toEqual([1, 0])
})

test('without a single moment, the moments of all known parts are listed, and equal ones are sorted by name', () => {
  // On pages 2, 4 and 1 the present write was sent 5 ms after the missing one was acknowledged. Nothing is known of
  // page 3.
  const page = (first: number, sequence: number) => [
    write(sequence, first, 20, 20),
    write(sequence + 1, first + 1, 25, 25),
  ]
  const writes = [...page(4, 1), ...page(8, 10), ...page(2, 3), write(9, 7, null, 5)]
  const slots: Slots = [
    [4, EMPTY],
    [5, 2],
    [8, EMPTY],
    [9, 11],
    [2, EMPTY],
    [3, 4],
    [7, EMPTY],
  ]
  const findParts = (toleranceMs: number) => look(writes, slots, { toleranceMs, ...pages })
  const none = { point: null }
  expect(findParts(4)).toMatchObject({
    within: 'page-1',
    parts: [
      { part: 'page-1', ...none },
      { part: 'page-2', ...none },
      { part: 'page-4', ...none },
    ],
  })
  expect(findParts(5)).toMatchObject({ consistent: true })
})

test('each part whose writes differ by no more than the clock tolerance has one moment', () => {
  // 5 ms within each page, more between pages.
  const writes = [write(1, 0, 20, 20), write(2, 1, 25, 25), write(3, 2, 120, 120), write(4, 3, 125, 125)]
  const slots: Slots = [
    [2, EMPTY],
    [3, 4],
    [0, EMPTY],
    [1, 2],
  ]
  expect(look(writes, slots, { toleranceMs: 5, ...pages })).toMatchObject({
    consistent: false,
    within: null,
    parts: [
      { part: 'page-0', point: [20, 25] },
      { part: 'page-1', point: [120, 125] },
    ],
  })
})
