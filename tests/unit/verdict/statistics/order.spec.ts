import { expect, test } from '@playwright/test'
import { drawFrom, shuffle, interleave } from '../../../../lib/verdict/statistics/random.ts'

test('each block of repetitions holds every row once, in an order of its own', () => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f']
  const turns = interleave(rows, 20, 7)
  const blocks = Array.from({ length: 20 }, (_, block) => turns.slice(block * 6, block * 6 + 6))
  for (const [block, turn] of blocks.entries()) {
    expect(turn.map(({ row }) => row).toSorted()).toEqual(rows)
    expect(turn.map(({ repetition }) => repetition)).toEqual(rows.map(() => block))
  }
  expect(new Set(blocks.map((block) => block.map(({ row }) => row).join(''))).size).toBeGreaterThan(15)
  expect(rows).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('the order depends on the seed alone, and more repetitions go on where fewer end', () => {
  expect(interleave([1, 2, 3, 4], 5, 1)).toEqual(interleave([1, 2, 3, 4], 9, 1).slice(0, 20))
  expect(interleave([1, 2, 3, 4], 5, 1)).not.toEqual(interleave([1, 2, 3, 4], 5, 2))
  expect(interleave([], 5, 1)).toEqual([])
  expect(interleave([1, 2], 0, 1)).toEqual([])
  for (const repetitions of [-1, 1.5, NaN])
    expect(() => interleave([1], repetitions, 1)).toThrow(
      `repetitions must be a whole number from 0, got ${repetitions}`,
    )
})

test('each order of a shuffle is as likely as any other', () => {
  const draw = drawFrom(1)
  const counts = new Map<string, number>()
  for (let trial = 0; trial < 6000; trial++) {
    const order = shuffle(['a', 'b', 'c'], draw).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  for (const many of counts.values()) expect(Math.abs(many - 1000)).toBeLessThan(120)
})

test('numbers are drawn evenly from 0 to 1, others with another seed', () => {
  const draw = drawFrom(5)
  const values = Array.from({ length: 10_000 }, () => draw())
  const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth))
  for (const tenth of tenths) expect(Math.abs(tenth.length - 1000)).toBeLessThan(120)
  expect(drawFrom(5)()).toBe(values[0])
  // What was resampled must come out the same for ever.
  const first = drawFrom(1)
  expect([first(), first(), first()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  expect(drawFrom(6)()).not.toBe(values[0])
})
