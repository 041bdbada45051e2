import { expect, test } from '@playwright/test'
import { FAULTS } from '../../../lib/faults/index.ts'
import { momentsOf, rowsOf, orderRows } from '../../../lib/matrix/matrix.ts'
import { nameRow } from '../../../lib/matrix/title.ts'

const rounds = (seed: number, fault: (typeof FAULTS)[number] = 'ransomware', repetitions = 4): string[][] => {
  const turns = orderRows(fault, 'at-rest', { repetitions, seed })
  return Array.from({ length: repetitions }, (_, round) =>
    turns.filter(({ repetition }) => repetition === round).map(({ row }) => nameRow(row)),
  )
}

test('each round drills every row of a fault and a moment once, one round after the other', () => {
  for (const fault of FAULTS)
    for (const moment of momentsOf(fault)) {
      const turns = orderRows(fault, moment, { repetitions: 3, seed: 1 })
      const legal = rowsOf(fault, moment).map(nameRow)
      for (const round of [0, 1, 2]) {
        const own = turns.slice(round * legal.length, (round + 1) * legal.length)
        expect(own.map(({ row }) => nameRow(row)).toSorted()).toEqual(legal.toSorted())
        expect(new Set(own.map(({ repetition }) => repetition))).toEqual(new Set([round]))
      }
    }
})

test('each round has an order of its own, which the seed alone draws', () => {
  const drawn = rounds(1)
  expect(new Set(drawn.map((order) => order.join())).size).toBe(4)
  expect(rounds(1)).toEqual(drawn)
  expect(rounds(2)).not.toEqual(drawn)
  const firsts = Array.from({ length: 40 }, (_, seed) => rounds(seed, 'ransomware', 1)[0]?.[0])
  expect(new Set(firsts).size).toBeGreaterThan(7)
})

test('two faults with equally many rows have different orders', () => {
  const strategies = (fault: (typeof FAULTS)[number]) =>
    rounds(1, fault).map((order) => order.map((row) => row.split(' × ')[0]))
  expect(rowsOf('ransomware', 'at-rest')).toHaveLength(rowsOf('volume-corruption', 'at-rest').length)
  expect(strategies('ransomware')).not.toEqual(strategies('volume-corruption'))
})

test('more repetitions with the same seed begin with the rounds of fewer repetitions', () => {
  expect(rounds(1, 'ransomware', 4).slice(0, 2)).toEqual(rounds(1, 'ransomware', 2))
})
