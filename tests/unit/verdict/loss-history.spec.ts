import { expect, test } from '@playwright/test'
import type { Write } from '../../../lib/record/facts.ts'
import { measureLoss } from '../../../lib/verdict/loss.ts'
import { buildCleanTrial } from './history/trials.ts'
import { writer } from './history/builder.ts'

const fault: [number, number] = [10_000, 10_100]

const write = writer(9000)

const measure = (writes: Write[], slots: [number, number][], restoreMs: number | null = null) =>
  measureLoss(writes, { slots }, 60_000, fault, restoreMs)

test('a record of another slot is a phantom, even if it is older than all writes of this slot', () => {
  const writes = [write(5, 0, 9000), write(6, 1, 9100)]
  const slots: [number, number][] = [
    [0, 5],
    [1, 5],
  ]
  expect(measure(writes, slots).phantoms).toEqual(['slot 1 holds sequence 5, which was never sent to it'])
})

test('phantoms are listed by slot, including copies', () => {
  const writes = [write(5, 0, 9000), write(6, 1, 9100), write(7, 2, 9200)]
  const slots: [number, number][] = [
    [2, 99],
    [1, 5],
    [0, 5],
  ]
  expect(measure(writes, slots).phantoms).toEqual([
    'slot 1 holds sequence 5, which was never sent to it',
    'slot 2 holds sequence 99, which was never sent to it',
  ])
})

test('a write that may have been made after the restore began hides the write that it replaced', () => {
  const writes = [write(1, 0, 9000), write(2, 0, null, 20_000)]
  expect(measure(writes, [[0, 2]], 20_100).problem?.reason).toMatch(/1 acknowledged writes were replaced/)
  expect(measure(writes, [[0, 2]], 23_001).problem).toBe(null)
})

test('the loss shows whether the restored state is of one moment, beyond the clock tolerance', () => {
  const writes = (sentMs: number) => [write(1, 0, 9000), write(2, 1, sentMs + 5, sentMs)]
  const slots: [number, number][] = [
    [0, -1],
    [1, 2],
  ]
  expect(measure(writes(9050), slots)).toMatchObject({ lost: 1, consistency: { consistent: true } })
  expect(measure(writes(9051), slots)).toMatchObject({
    lost: 1,
    problem: null,
    unknown: { sent: 0, there: 0 },
    counterExamples: ['write 1 (slot 0, acknowledged 00:00:09.000) is not there: the slot is empty'],
    consistency: { consistent: false, witness: { gapMs: 51 } },
  })
})

test('invalid slots are a problem, and do not hide a loss in other slots', () => {
  for (const slot of [-1, 0.5, 1e12]) {
    const loss = measure(
      [write(1, 0, 9000), write(2, slot, 9100)],
      [
        [0, -1],
        [slot, 2],
      ],
    )
    expect(loss).toMatchObject({
      lost: 1,
      problem: { code: 'rpo.invalid-slots', reason: '2 writes or readings name slots that cannot exist' },
    })
  }
})

test('an invalid time does not stop the verdict', () => {
  const loss = measure(
    [write(1, 0, 1e300, 1e300), write(2, 1, 9000)],
    [
      [0, -1],
      [1, 2],
    ],
  )
  expect(loss.counterExamples).toEqual(['write 1 (slot 0, acknowledged 1e+300) is not there: the slot is empty'])
})

test('a slot with a hundred thousand writes is judged', () => {
  const writes = Array.from({ length: 200_000 }, (_, index) => write(index + 1, 0, 9000))
  expect(measure(writes, [[0, 199_999]])).toMatchObject({ lost: 1, problem: null })
})

test('a restore to one moment loses exactly the later writes', () => {
  for (let seed = 1; seed < 100; seed += 2) {
    const { writes, slots, options, pointMs } = buildCleanTrial(seed)
    const { consistency, lost, phantoms } = measureLoss(writes, { slots }, Infinity, fault, options.restoreMs)
    const after = writes.filter(({ acknowledgedMs }) => (acknowledgedMs ?? -Infinity) > (pointMs ?? NaN))
    expect({ consistent: consistency.consistent, phantoms, more: lost > after.length }).toEqual({
      consistent: true,
      phantoms: [],
      more: false,
    })
  }
})
