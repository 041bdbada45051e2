import { expect, test } from '@playwright/test'
import { createRandom, shuffle, interleave } from '../../../../lib/verdict/statistics/random.ts'

test('each block of repetitions holds every row once, in its own order', () => {
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

test('the order depends only on the seed, and more repetitions extend the order of fewer', () => {
  expect(interleave([1, 2, 3, 4], 5, 1)).toEqual(interleave([1, 2, 3, 4], 9, 1).slice(0, 20))
  expect(interleave([1, 2, 3, 4], 5, 1)).not.toEqual(interleave([1, 2, 3, 4], 5, 2))
  expect(interleave([], 5, 1)).toEqual([])
  expect(interleave([1, 2], 0, 1)).toEqual([])
  for (const repetitions of [-1, 1.5, NaN])
    expect(() => interleave([1], repetitions, 1)).toThrow(
      `repetitions must be a whole number from 0, got ${repetitions}`,
    )
})

test('all orders of a shuffle are equally likely', () => {
  const draw = createRandom(1)
  const counts = new Map<string, number>()
  for (let trial = 0; trial < 6000; trial++) {
    const order = shuffle(['a', 'b', 'c'], draw).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  for (const many of counts.values()) expect(Math.abs(many - 1000)).toBeLessThan(120)
})

test('random numbers are uniform from 0 to 1 and depend on the seed', () => {
  const draw = createRandom(5)
  const values = Array.from({ length: 10_000 }, () => draw())
  const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth))
  for (const tenth of tenths) expect(Math.abs(tenth.length - 1000)).toBeLessThan(120)
  expect(createRandom(5)()).toBe(values[0])
  // Resampled results must never change.
  const first = createRandom(1)
  expect([first(), first(), first()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  expect(createRandom(6)()).not.toBe(values[0])
})
