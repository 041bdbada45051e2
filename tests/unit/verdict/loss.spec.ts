import { expect, test } from '@playwright/test'
import type { Write } from '../../../lib/record/facts.ts'
import { measureLoss } from '../../../lib/verdict/loss.ts'
import { clockToleranceMs } from '../../../lib/verdict/recovery.ts'
import { createRandom } from './facts-builder.ts'
import { writer } from './history/builder.ts'

const fault: [number, number] = [10_000, 10_100]
const checkedMs = 20_000

const write = writer(9000)

test('in random histories, exactly the acknowledged writes after the restored state are lost', () => {
  const wrong: object[] = []
  for (let seed = 0; seed < 2000; seed++) {
    const draw = createRandom(seed)
    const writes = Array.from({ length: 60 }, (_, index) => {
      const sentMs = 6000 + index * 100
      return write(index + 1, Math.floor(draw() * 8), draw() < 0.8 ? sentMs + draw() * 50 : null, sentMs)
    })
    // Each slot is restored to a random state: empty, or one of its writes, acknowledged or not.
    const truth = { lost: 0, oldest: Infinity }
    const slots = [...new Set(writes.map(({ slot }) => slot))].map((slot): [number, number] => {
      const history = writes.filter((each) => each.slot === slot)
      const kept = draw() < 0.5 ? history.length : Math.floor(draw() * (history.length + 1))
      for (const { acknowledgedMs } of history.slice(kept)) {
        if (acknowledgedMs === null) continue
        truth.lost++
        truth.oldest = Math.min(truth.oldest, acknowledgedMs)
      }
      return [slot, history[kept - 1]?.sequence ?? -1]
    })
    const loss = measureLoss(writes, { slots }, checkedMs, fault, null)
    const acknowledged = writes.filter(({ acknowledgedMs }) => acknowledgedMs !== null).length
    const oldestLostMs = truth.lost === 0 ? 0 : Math.max(0, fault[0] - truth.oldest)
    const right = loss.acknowledged === acknowledged && loss.lost === truth.lost && loss.oldestLostMs === oldestLostMs
    if (!right || loss.phantoms.length > 0 || loss.problem !== null) wrong.push({ seed, truth, loss })
  }
  expect(wrong).toEqual([])
})

test('a write that a later one replaced is not lost, even if the later one was never acknowledged', () => {
  const writes = [write(1, 0, 9000), write(2, 0, null)]
  expect(measureLoss(writes, { slots: [[0, 2]] }, checkedMs, fault, null)).toMatchObject({
    acknowledged: 1,
    lost: 0,
    problem: null,
  })
  expect(measureLoss(writes, { slots: [[0, 1]] }, checkedMs, fault, null)).toMatchObject({
    acknowledged: 1,
    lost: 0,
    problem: null,
  })
})

test('a write that was acknowledged after the fault and replaced by the restore is lost with age zero', () => {
  const writes = [write(1, 0, 9000), write(2, 1, 10_500)]
  const loss = measureLoss(
    writes,
    {
      slots: [
        [0, 1],
        [1, -1],
      ],
    },
    checkedMs,
    fault,
    null,
  )
  expect(loss).toMatchObject({ acknowledged: 2, lost: 1, oldestLostMs: 0, problem: null })
})

test('the age of the oldest lost write is counted from the fault, by its earliest and latest time', () => {
  const writes = [write(1, 0, 8000), write(2, 1, 9500), write(3, 1, 9800)]
  const loss = measureLoss(
    writes,
    {
      slots: [
        [0, -1],
        [1, 2],
      ],
    },
    checkedMs,
    fault,
    null,
  )
  expect(loss).toMatchObject({ lost: 2, oldestLostMs: 2000, oldestLostAtMostMs: 2100 })
})

test('a slot may hold its record from before the load, but no record that was never sent to it', () => {
  const writes = [write(5, 0, 9000), write(9, 0, 9100), write(7, 1, 9200)]
  const older = measureLoss(
    writes,
    {
      slots: [
        [0, 0],
        [1, 7],
      ],
    },
    checkedMs,
    fault,
    null,
  )
  expect(older).toMatchObject({ lost: 2, phantoms: [] })
  const foreign = measureLoss(
    writes,
    {
      slots: [
        [0, 7],
        [1, 7],
      ],
    },
    checkedMs,
    fault,
    null,
  )
  expect(foreign.phantoms).toEqual(['slot 0 holds sequence 7, which was never sent to it'])
  const future = measureLoss(
    writes,
    {
      slots: [
        [0, 99],
        [1, 7],
      ],
    },
    checkedMs,
    fault,
    null,
  )
  expect(future).toMatchObject({
    lost: 2,
    phantoms: ['slot 0 holds sequence 99, which was never sent to it'],
  })
})

test('a write that is made after the restore began hides the loss of the write that it replaced', () => {
  const writes = [write(1, 0, 9000), write(2, 1, 9100), write(3, 0, 12_000)]
  const slots: [number, number][] = [
    [0, 3],
    [1, 2],
  ]
  expect(measureLoss(writes, { slots }, checkedMs, fault, 11_000).problem?.reason).toMatch(
    /1 acknowledged writes were replaced/,
  )
  expect(measureLoss(writes, { slots }, checkedMs, fault, 12_001).problem).toBe(null)
})

const unknown: [what: string, writes: Write[], slots: [number, number][], problem: RegExp][] = [
  ['no write was acknowledged', [write(1, 0, null)], [[0, 1]], /^no write was acknowledged$/],
  [
    'a slot holds no number',
    [write(1, 0, 9000), write(2, 1, 9000)],
    [
      [0, NaN],
      [1, 2],
    ],
    /holds no readable sequence/,
  ],
  [
    'nothing was written shortly before the fault',
    [write(1, 0, 4900), write(2, 0, 10_001)],
    [[0, 2]],
    /in the 5 s before the fault/,
  ],
  ['a slot was not read back', [write(1, 0, 9000), write(2, 1, 9000)], [[0, 1]], /1 slots .* were not read back/],
  [
    'a slot was read twice',
    [write(1, 0, 9000)],
    [
      [0, 1],
      [0, -1],
    ],
    /read back twice/,
  ],
  ['two writes have one sequence', [write(1, 0, 9000), write(1, 0, 9000)], [[0, 1]], /same sequence/],
  ['a write was acknowledged before it was sent', [write(1, 0, 9000, 9100)], [[0, 1]], /the clock jumped/],
  ['a write was acknowledged at an invalid time', [write(1, 0, NaN)], [[0, 1]], /the clock jumped/],
  [
    'a write was acknowledged after the volume was read back',
    [write(1, 0, 9000), write(2, 0, 20_001)],
    [[0, 2]],
    /after the volume had been read back/,
  ],
]
for (const [what, writes, slots, problem] of unknown) {
  test(`the loss is unknown if ${what}`, () => {
    expect(measureLoss(writes, { slots }, checkedMs, fault, null).problem?.reason).toMatch(problem)
  })
}

const known: [what: string, writes: Write[], slots: [number, number][]][] = [
  ['the last write came 5 s before the fault', [write(1, 0, 5000)], [[0, 1]]],
  ['the last write came with the fault', [write(1, 0, 10_000)], [[0, 1]]],
  ['a write was acknowledged as the volume was read back', [write(1, 0, 9000), write(2, 0, 20_000)], [[0, 2]]],
  [
    'a write was acknowledged before it was sent, within the clock tolerance',
    [write(1, 0, 9000, 9000 + clockToleranceMs)],
    [[0, 1]],
  ],
]
for (const [what, writes, slots] of known) {
  test(`the loss is known if ${what}`, () => {
    expect(measureLoss(writes, { slots }, checkedMs, fault, null).problem).toBeNull()
  })
}

test('phantoms are listed in the order of their slots', () => {
  const writes = [write(1, 0, 9000), write(2, 1, 9000), write(3, 2, 9000)]
  const slots: [number, number][] = [
    [2, 99],
    [1, 1],
    [0, 1],
  ]
  expect(measureLoss(writes, { slots }, checkedMs, fault, null).phantoms).toEqual([
    'slot 1 holds sequence 1, which was never sent to it',
    'slot 2 holds sequence 99, which was never sent to it',
  ])
})

test('a hole in the write log is found in any order of the writes', () => {
  const listed = [write(1, 0, 9000), write(2, 1, 9001), write(5, 2, 12_000), write(4, 3, 9003, 9003)]
  const slots = listed.map(({ slot, sequence }): [number, number] => [slot, sequence])
  expect(measureLoss(listed, { slots }, checkedMs, fault, null).untrusted?.reason).toMatch(/^1 writes are missing/)
  // Holes in the last second of a load, or in the second after it, do not count.
  const last = [write(1, 0, 9000), write(3, 1, 9500), write(4, 2, 10_500)]
  const shown = last.map(({ slot, sequence }): [number, number] => [slot, sequence])
  expect(measureLoss(last, { slots: shown }, checkedMs, fault, null).untrusted).toBeNull()
})

test('a hole in the write log makes the loss unknown, unless the load numbered the write while it stopped', () => {
  const writes = Array.from({ length: 100 }, (_, index) => write(index + 1, index, 6000 + index * 40))
  const slots = writes.map(({ slot, sequence }): [number, number] => [slot, sequence])
  const without = (...gone: number[]) => writes.filter(({ sequence }) => !gone.includes(sequence))
  const lose = (listed: Write[]) => measureLoss(listed, { slots }, checkedMs, fault, null)
  expect(lose(writes)).toMatchObject({ untrusted: null, problem: null })
  const missing = { code: 'rpo.missing-writes', reason: '2 writes are missing from the write log' }
  expect(lose(without(50, 51))).toMatchObject({
    untrusted: missing,
    problem: missing,
  })
  expect(lose(without(99)).untrusted).toBeNull()
})
