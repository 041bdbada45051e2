import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { describeOutages, findOutages, isRight } from '../../../lib/verdict/outages.ts'

/** A probe each 10 ms, wrong where there is an 'x'. */
const kinds = (pattern: string) =>
  findOutages(
    Array.from(pattern, (letter, index): ProbeSample => [index * 10, index * 10 + 1, letter === '.']),
    1000,
  ).map(({ kind }) => kind)

test('at the limit between right and wrong by lot and in spells, it is a brown-out', () => {
  // Of 8, 4 wrong: by lot 4 pairs of neighbours are unlike, of which two are half.
  expect(kinds('x....xxx')).toEqual(['brown-out'])
  expect(kinds('xx....xxx')).toEqual(['flapping'])
  expect(kinds('xxx')).toEqual(['outage'])
})

test('a service that is away for the first time after long is away once', () => {
  expect(kinds(`${'.'.repeat(400)}x.`)).toEqual(['outage'])
})

test('a probe is right up to the time that a client waits, as far as clocks tell, and not without an answer', () => {
  const samples: ProbeSample[] = [
    [10, 1060, true],
    [10, 1061, true],
    [10, 1061, true, 11],
    [10, null, true],
    [10, 11, false],
  ]
  expect(samples.map((sample) => isRight(sample, 1000))).toEqual([true, false, true, false, false])
})

test('of many outages that were not whole, three are told', () => {
  const spell = { kind: 'flapping', fromMs: 0, toMs: 1000, durationMs: { low: 1000, high: 1100 }, probes: 20 } as const
  const told = 'flapping: away 2 times within 1 s'
  expect(describeOutages(Array.from({ length: 4 }, () => ({ ...spell, wrong: 10, spells: 2 })))).toBe(
    `4 outages, ${told}, ${told}, ${told}`,
  )
})
