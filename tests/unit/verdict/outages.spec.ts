import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { describeOutages, findOutages } from '../../../lib/verdict/outages.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { buildDrill, change, createRandom, outageMs } from './facts-builder.ts'

const timeoutMs = 1000

/** Probes each 10 ms, answered after 1 ms. `wrong` selects the wrong ones by index. */
const probe = (count: number, wrong: (index: number) => boolean): ProbeSample[] =>
  Array.from({ length: count }, (_, index): ProbeSample => [index * 10, index * 10 + 1, !wrong(index)])

test('a service that is right has no outages', () => {
  expect(
    findOutages(
      probe(50, () => false),
      timeoutMs,
    ),
  ).toEqual([])
  expect(findOutages([], timeoutMs)).toEqual([])
})

test('an outage has bounds, a number of probes and a number of spells', () => {
  const [outage, ...others] = findOutages(
    probe(50, (index) => index >= 10 && index < 30),
    timeoutMs,
  )
  expect(others).toEqual([])
  const bounds = { fromMs: 100, toMs: 290, durationMs: { low: 190, high: 211 } }
  expect(outage).toEqual({ kind: 'outage', ...bounds, probes: 20, wrong: 20, spells: 1 })
  expect(describeOutages([outage].flatMap((one) => one ?? []))).toBe(null)
})

test('an outage at the start or end of probing is bounded by the existing probes', () => {
  const [outage] = findOutages(
    probe(5, () => true),
    timeoutMs,
  )
  expect(outage).toMatchObject({ fromMs: 0, toMs: 40, durationMs: { low: 40, high: 1040 } })
})

test('two failures are separate outages if the service was right for 3 s in between', () => {
  const at = (...wrong: number[]) =>
    findOutages(
      probe(900, (index) => wrong.includes(index)),
      timeoutMs,
    )
  expect(at(10, 310).map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [100, 100],
    [3100, 3100],
  ])
  expect(at(10, 309)).toHaveLength(1)
  expect(describeOutages(at(10, 310, 700))).toBe('3 outages')
})

test('a probe whose answer came too late after its sending is wrong', () => {
  const late = (sent?: number): ProbeSample[] => [
    [0, 1, true],
    sent === undefined ? [10, 1100, true] : [10, 1100, true, sent],
  ]
  expect(findOutages(late(), timeoutMs)).toMatchObject([{ fromMs: 10 }])
  expect(findOutages(late(100), timeoutMs)).toEqual([])
})

test('spells of right and wrong probes are flapping, described with their number', () => {
  const found = findOutages(
    probe(200, (index) => index >= 10 && index < 90 && index % 20 < 10),
    timeoutMs,
  )
  expect(found).toMatchObject([{ kind: 'flapping', spells: 4, probes: 70, wrong: 40 }])
  expect(describeOutages(found)).toBe('flapping: away 4 times within 690 ms')
})

test('a spell of right probes between two wrong spells is flapping, and a single right probe is a brown-out', () => {
  const between = (...right: number[]) =>
    findOutages(
      probe(60, (index) => index >= 10 && index < 40 && !right.includes(index)),
      timeoutMs,
    )
  expect(between(20, 21, 22, 23, 24)).toMatchObject([{ kind: 'flapping', spells: 2 }])
  expect(between(20)).toMatchObject([{ kind: 'brown-out', wrong: 29 }])
})

for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
  test(`a service that fails ${share * 100} % of its requests has a brown-out of about that share`, () => {
    let browned = 0
    for (let seed = 0; seed < 200; seed++) {
      const draw = createRandom(seed)
      const found = findOutages(
        probe(400, (index) => index >= 10 && draw() < share),
        timeoutMs,
      )
      const [{ kind, wrong, probes } = { kind: '', wrong: 0, probes: 1 }] = found
      if (found.length === 1 && kind === 'brown-out') browned++
      expect(Math.abs(wrong / probes - share)).toBeLessThan(0.15)
    }
    expect(browned).toBe(200)
  })
}

test('a brown-out is described with its share of wrong probes', () => {
  const found = findOutages(
    probe(100, (index) => index >= 10 && index < 90 && index % 4 === 0),
    timeoutMs,
  )
  expect(describeOutages(found)).toBe('brown-out: 26 % of 77 probes wrong within 760 ms')
})

test('the verdict and the evidence of a drill describe its outage', () => {
  const facts = change(buildDrill(), 'probes', (fact) => ({
    ...fact,
    // Every second request is served.
    samples: fact.samples.map((one, index): ProbeSample => {
      const [due] = one
      return due >= outageMs.from && due < outageMs.to && index % 2 === 0 ? [due, due + 3, true] : one
    }),
  }))
  const { verdict, parts, evidence } = judgeDrill(facts)
  expect(verdict).toBe('pass')
  expect(parts.find(({ question }) => question === 'rto')?.reason).toMatch(
    /brown-out: 50 % of 159 probes wrong within 7.9 s/,
  )
  expect(evidence.outages).toMatchObject({ count: 80, seen: [{ kind: 'brown-out', wrong: 80, probes: 159 }] })
})
