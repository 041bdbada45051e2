import { expect, test } from '@playwright/test'
import { measureDelta } from '../../../../lib/verdict/statistics/cliffs-delta.ts'
import { createRandom, shuffle } from '../../../../lib/verdict/statistics/random.ts'
import type { Measurement } from '../../../../lib/verdict/statistics/sample.ts'
import { compare, contrast, decide, decision } from '../../../../lib/verdict/statistics/contrast.ts'

const rising = (length: number, from: number) => Array.from({ length }, (_, index) => index + from)
const widen = (values: number[], by: number) => values.map((value) => ({ low: value - by, high: value + by }))

test('a difference is shown in the right direction', () => {
  expect(compare(rising(10, 0), rising(10, 20))).toMatchObject({
    medianA: { low: 4.5, high: 4.5 },
    medianB: { low: 24.5, high: 24.5 },
    enough: true,
    delta: -1,
    magnitude: 'large',
    verdict: 'less',
    reason: 'p = 1.1e-5, delta -1.00 (large)',
  })
  expect(compare(rising(10, 20), rising(10, 0))).toMatchObject({ delta: 1, verdict: 'greater' })
  expect(compare(rising(10, 0), rising(10, 1))).toMatchObject({ verdict: '~', enough: true })
})

test('the comparison of random samples does not depend on sides, order or scale', () => {
  const mirror = { less: 'greater', greater: 'less', '~': '~' } as const
  for (let seed = 0; seed < 20; seed++) {
    const draw = createRandom(seed)
    const sample = (shift: number): number[] => rising(7 + Math.floor(draw() * 14), 0).map(() => shift + draw())
    const [a, b] = [sample(0), sample(seed % 2 === 0 ? 0.4 : 0)]
    const [there, back] = [contrast(a, b), contrast(b, a)]
    expect(back.verdict).toBe(mirror[there.verdict])
    expect(back.delta).toBeCloseTo(-(there.delta ?? NaN), 12)
    expect(back.p).toBeCloseTo(there.p ?? NaN, 12)
    expect(back.deltaInterval?.low).toBeCloseTo(-(there.deltaInterval?.high ?? NaN), 12)
    expect(compare(shuffle(a, draw), shuffle(b, draw))).toEqual(compare(a, b))
    expect(contrast(a.map(Math.exp), b.map(Math.exp))).toEqual(there)
    expect(contrast(a.map(Math.log), b.map(Math.log))).toEqual(there)
  }
})

test.describe('intervals', () => {
  test('half of the pairs in order and half overlapping show no difference, because there may be none', () => {
    const a: Measurement[] = rising(20, 0).map((index) => ({ low: 0, high: index < 10 ? 1 : 10 }))
    const b: Measurement[] = rising(20, 0).map(() => ({ low: 5, high: 15 }))
    expect(contrast(a, b)).toMatchObject({ verdict: '~', delta: 0, p: 1, deltaInterval: { low: -1 } })
    expect(contrast(b, a)).toMatchObject({ verdict: '~', delta: 0, p: 1, deltaInterval: { high: 1 } })
  })

  test('intervals that all overlap show no difference', () => {
    const [a, b] = [rising(10, 0).map(() => ({ low: 0, high: 10 })), rising(10, 0).map(() => ({ low: 5, high: 15 }))]
    const none = { verdict: '~', delta: 0, p: 1, magnitude: 'negligible', deltaInterval: { low: -1, high: 1 } }
    expect(contrast(a, b)).toMatchObject(none)
  })

  test('intervals that are narrow compared with the difference show it in either direction', () => {
    const [a, b] = [widen(rising(10, 0), 0.4), widen(rising(10, 20), 0.4)]
    expect(contrast(a, b)).toMatchObject({ verdict: 'less', delta: -1 })
    expect(contrast(b, a)).toMatchObject({ verdict: 'greater', delta: 1 })
  })

  test('intervals show only differences that every choice of values shows, and wider ones never show more', () => {
    let claims = 0
    for (let seed = 0; seed < 200; seed++) {
      const draw = createRandom(seed)
      const [exactA, exactB] = [rising(10, 0).map(() => draw()), rising(10, 0).map(() => draw() + 1)]
      const width = draw() * 0.7
      const [a, b] = [widen(exactA, width), widen(exactB, width)]
      const found = contrast(a, b)
      const choose = ({ low, high }: { low: number; high: number }) => low + Math.round(draw()) * (high - low)
      const [chosenA, chosenB] = [a.map(choose), b.map(choose)]
      const { delta } = measureDelta(chosenA, chosenB)
      // The result nearest to no difference that the intervals allow.
      if (found.delta !== 0)
        expect(Math.sign(found.delta ?? 0) * delta).toBeGreaterThanOrEqual(Math.abs(found.delta ?? 0))
      expect(found.verdict).not.toBe('greater')
      if (found.verdict !== 'less') continue
      claims++
      expect([contrast(exactA, exactB).verdict, contrast(chosenA, chosenB).verdict]).toEqual(['less', 'less'])
      expect(Math.abs(found.delta ?? 0)).toBeLessThanOrEqual(Math.abs(contrast(exactA, exactB).delta ?? 0))
    }
    expect(claims).toBeGreaterThan(20)
    expect(claims).toBeLessThan(180)
  })
})

test('values that never ended are equal and rank above all others, even after a short observation', () => {
  const never: Measurement[] = rising(10, 0).map((index) => ({ atLeast: index }))
  expect(contrast(rising(10, 1e12), never)).toMatchObject({ verdict: 'less', delta: -1, sizeB: { neverEnded: 10 } })
  expect(contrast(never, rising(10, 1e12))).toMatchObject({ verdict: 'greater', sizeA: { neverEnded: 10 } })
  expect(contrast(never, never.toReversed())).toMatchObject({ verdict: '~', delta: 0, p: 1 })
  expect(compare(never, rising(10, 0))).toMatchObject({ medianA: { low: 4.5, high: null } })
})

test('unmeasured values are counted and reported, and do not count as zero', () => {
  const found = compare([...rising(10, 20), null, null], [...rising(10, 0), null])
  expect(found).toMatchObject({ sizeA: { values: 10, neverEnded: 0, missing: 2 }, sizeB: { values: 10, missing: 1 } })
  const { sizeA, sizeB, ...rest } = compare(rising(10, 20), rising(10, 0))
  expect(found).toEqual({ ...rest, sizeA: { ...sizeA, missing: 2 }, sizeB: { ...sizeB, missing: 1 } })
  expect(compare([null, null], rising(10, 0))).toMatchObject({
    medianA: null,
    delta: null,
    p: null,
    verdict: '~',
    reason: 'n too small: 0 and 10 values (2 more were not measured); at least 5 are needed',
  })
})

test('too few values show no difference, and the reason gives their number', () => {
  const four = { enough: false, delta: null, deltaInterval: null, magnitude: null, p: null, verdict: '~' }
  expect(contrast(rising(4, 0), rising(20, 100))).toMatchObject(four)
  expect(contrast(rising(20, 0), rising(4, 100))).toMatchObject({
    ...four,
    reason: 'n too small: 20 and 4 values; at least 5 are needed',
  })
  expect(contrast([null, 1], [null, null, 1, 2]).reason).toMatch(/^n too small: 1 and 2 values \(3 more were not/)
  expect(contrast(rising(6, 0), rising(6, 100))).toMatchObject({
    enough: false,
    delta: -1,
    verdict: '~',
    reason: 'n too small: 6 and 6 values cannot give p under 0.0022; under 0.002 is needed',
  })
  expect(contrast(rising(7, 0), rising(7, 100))).toMatchObject({ enough: true, verdict: 'less' })
  expect(contrast(rising(5, 0), rising(20, 100))).toMatchObject({ enough: true, verdict: 'less' })
})

test('a difference needs a small p and a large delta', () => {
  const { alpha, leastDelta } = decision
  expect(decide({ delta: -1, p: alpha })).toEqual({
    verdict: '~',
    reason: 'no difference is shown: p = 0.002, delta -1.00 (large); p under 0.002 is needed',
  })
  expect(decide({ delta: leastDelta, p: alpha / 2 }).verdict).toBe('greater')
  expect(decide({ delta: -leastDelta, p: 0 }).verdict).toBe('less')
  expect(decide({ delta: -0.32, p: 0 })).toEqual({
    verdict: '~',
    reason: 'the difference is too small: p = 0.0e+0, delta -0.32 (small); a delta of 0.33 is needed',
  })
  expect(decide({ delta: 1, p: NaN }).verdict).toBe('~')
  // Hundreds of values make a small difference certain, but not relevant.
  const found = contrast(rising(400, 0), rising(400, 60))
  expect(found).toMatchObject({ verdict: '~', magnitude: 'small' })
  expect(found.p).toBeLessThan(1e-4)
})

const senseless: [what: string, value: Measurement, message: RegExp][] = [
  ['NaN', NaN, /\[NaN, NaN\]: not finite/],
  ['an infinity', Infinity, /not finite/],
  ['an interval without an end', { low: 1, high: Infinity }, /\[1, Infinity\]: not finite/],
  ['an interval without a beginning', { low: -Infinity, high: 1 }, /not finite/],
  ['bounds in the wrong order', { low: 2, high: 1 }, /\[2, 1\]: its bounds are in the wrong order/],
  ['at least NaN', { atLeast: NaN }, /at least NaN, which is not a finite number/],
]
for (const [what, value, message] of senseless) {
  test(`a sample rejects ${what}`, () => {
    expect(() => compare([1, 2, 3, 4, value], [1, 2, 3, 4, 5])).toThrow(message)
  })
}
