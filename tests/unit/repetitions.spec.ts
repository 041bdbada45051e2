import { expect, test } from '@playwright/test'
import { orderDrills } from '../../fixtures/drill-each.ts'
import { matrix } from '../../lib/matrix.ts'
import { families } from '../drills/families.ts'

const nameOf = ({ strategy, fault }: { strategy: string; fault: string }) => `${strategy} × ${fault}`
const rounds = (repetitions: number, seed: number) => {
  const turns = orderDrills(families, { repetitions, seed })
  return Array.from({ length: repetitions }, (_, round) =>
    turns.slice((round * turns.length) / repetitions, ((round + 1) * turns.length) / repetitions),
  )
}
const orders = (repetitions: number, seed: number) =>
  rounds(repetitions, seed).map((turns) => turns.map(({ row }) => nameOf(row)))

test('each round drills every row of the matrix that can be drilled, once', () => {
  const legal = matrix.filter(({ illegal }) => illegal === null).map(nameOf)
  for (const [round, turns] of rounds(4, 1).entries()) {
    expect(turns.map(({ row }) => nameOf(row)).toSorted()).toEqual(legal.toSorted())
    expect(new Set(turns.map(({ repetition }) => repetition))).toEqual(new Set([round]))
  }
})

test('each round has an order of its own, which the seed alone draws', () => {
  const drawn = orders(4, 1)
  expect(new Set(drawn.map((order) => order.join())).size).toBe(4)
  expect(orders(4, 1)).toEqual(drawn)
  expect(orders(4, 2)).not.toEqual(drawn)
  // Families and tools are mixed: half of a round holds most of both.
  const half = rounds(1, 1)[0]?.slice(0, 60) ?? []
  expect(new Set(half.map(({ family }) => family)).size).toBeGreaterThan(5)
  expect(new Set(half.map(({ row }) => row.strategy)).size).toBeGreaterThan(7)
})
