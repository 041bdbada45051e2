import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { describeOutages, findOutages, isRight } from '../../../lib/verdict/outages.ts'

/** A probe each 10 ms. An 'x' is a wrong probe. */
const kinds = (pattern: string) =>
  findOutages(
    Array.from(pattern, (letter, index): ProbeSample => [index * 10, index * 10 + 1, letter === '.']),
    1000,
  ).map(({ kind }) => kind)

test('an outage at the limit between a random mix and spells is a brown-out', () => {
  // 4 of 8 probes are wrong: in a random mix 4 pairs of neighbours differ. Half of these are two.
  expect(kinds('x....xxx')).toEqual(['brown-out'])
  expect(kinds('xx....xxx')).toEqual(['flapping'])
  expect(kinds('xxx')).toEqual(['outage'])
})

test('a first failure after a long healthy time is one outage', () => {
  expect(kinds(`${'.'.repeat(400)}x.`)).toEqual(['outage'])
})

test('a probe is right if its answer came within the timeout plus the clock tolerance', () => {
  const samples: ProbeSample[] = [
    [10, 1060, true],
    [10, 1061, true],
    [10, 1061, true, 11],
    [10, null, true],
    [10, 11, false],
  ]
  expect(samples.map((sample) => isRight(sample, 1000))).toEqual([true, false, true, false, false])
})

test('the first three of many partial outages are described', () => {
  const spell = { kind: 'flapping', fromMs: 0, toMs: 1000, durationMs: { low: 1000, high: 1100 }, probes: 20 } as const
  const flapping = 'flapping: away 2 times within 1 s'
  expect(describeOutages(Array.from({ length: 4 }, () => ({ ...spell, wrong: 10, spells: 2 })))).toBe(
    `4 outages, ${flapping}, ${flapping}, ${flapping}`,
  )
})
