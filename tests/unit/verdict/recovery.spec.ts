import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { measureRecovery, type ProbedOutage } from '../../../lib/verdict/recovery.ts'
import { createRandom } from './facts-builder.ts'

type Span = [from: number, to: number]

const isIn = (spans: Span[], time: number) => spans.some(([from, to]) => time >= from && time < to)

/** A service that is away at random times after a fault, and a prober with random pauses. */
function createRandomOutage(seed: number) {
  const draw = createRandom(seed)
  const between = (low: number, high: number) => low + draw() * (high - low)
  const intervalMs = between(10, 200)
  const timeoutMs = between(100, 1500)
  const fault = between(4000, 6000)
  const away: Span[] = [[fault, fault + between(2 * intervalMs, 6000)]]
  while (draw() < 0.3) {
    const from = (away.at(-1)?.[1] ?? 0) + between(2 * intervalMs, 2500)
    away.push([from, from + between(2 * intervalMs, 2000)])
  }
  const restored = away.at(-1)?.[1] ?? 0
  const blind: Span[] = draw() < 0.4 ? [spanFrom(between(fault, restored + 4000), between(5.1 * intervalMs, 3000))] : []
  const samples: ProbeSample[] = []
  for (let due = between(0, intervalMs); due < restored + 8000; due += intervalMs) {
    if (isIn(blind, due)) continue
    const sent = due + (draw() < 0.05 ? between(0, 30) : 0)
    samples.push(answer(due, sent))
  }
  function answer(due: number, sent: number): ProbeSample {
    if (!isIn(away, sent)) return [due, sent + between(0.2, 20), true]
    const first = away[0]?.[1] ?? 0
    const way = draw()
    if (way < 0.4) return [due, sent + between(0.1, 2), false]
    // Some requests are held until the service is back and then answered: for them the service is slow, not away.
    return way < 0.7 && sent < first && first + 5 - due < timeoutMs ? [due, first + 5, true] : [due, null, false]
  }
  const observed: [number, number] = [fault - between(0, 300), fault + between(0, 300)]
  const probed: ProbedOutage = {
    samples,
    intervalMs,
    timeoutMs,
    fault: observed,
    outageExpected: true,
    before: null,
    until: null,
  }
  return { probed, rtoMs: restored - fault }
}

function spanFrom(from: number, length: number): Span {
  return [from, from + length]
}

test('the true recovery time lies in the interval for any outage and any pause of the prober', () => {
  let measured = 0
  const wrong: object[] = []
  for (let seed = 0; seed < 4000; seed++) {
    const { probed, rtoMs } = createRandomOutage(seed)
    const recovery = measureRecovery(probed)
    if (recovery.rtoMs === null) continue
    measured++
    if (!(recovery.rtoMs.low <= rtoMs && rtoMs <= recovery.rtoMs.high))
      wrong.push({ seed, rtoMs, measured: recovery.rtoMs })
  }
  expect(wrong).toEqual([])
  expect(measured).toBeGreaterThan(3000)
})

test('without pauses, the interval is no wider than the time between probes', () => {
  const wide: object[] = []
  for (let seed = 0; seed < 1000; seed++) {
    const { probed } = createRandomOutage(seed)
    const { rtoMs } = measureRecovery(probed)
    const gapped = probed.samples.some(
      ([due], index) => due - (probed.samples[index - 1]?.[0] ?? due) > 1.5 * probed.intervalMs,
    )
    if (rtoMs === null || gapped) continue
    const faultMs = probed.fault[1] - probed.fault[0]
    const slowest = Math.max(...probed.samples.map(([due, answered]) => (answered ?? due) - due))
    if (!(rtoMs.high - rtoMs.low <= faultMs + probed.intervalMs + slowest + 0.001)) wide.push({ seed, rtoMs })
  }
  expect(wide).toEqual([])
})

/** Probes each 100 ms for 20 s, answered after 10 ms. The fault is seen at 5 s. */
function probe(wrong: (due: number) => boolean, changes: Partial<ProbedOutage> = {}): ProbedOutage {
  const samples = Array.from({ length: 200 }, (_, index): ProbeSample => [
    index * 100,
    index * 100 + 10,
    !wrong(index * 100),
  ])
  const expected = { outageExpected: true, before: null, until: null }
  return { samples, intervalMs: 100, timeoutMs: 1000, fault: [5000, 5020], ...expected, ...changes }
}

const away = (due: number) => due >= 5000 && due < 8000

test('the bounds are the last wrong probe and the answer to the first right one', () => {
  const recovery = measureRecovery(probe(away))
  expect(recovery).toMatchObject({
    rtoMs: { low: 2880, high: 3010 },
    outages: [{ kind: 'outage', wrong: 30 }],
    problem: null,
  })
})

test('a service that goes away again is not restored yet', () => {
  const recovery = measureRecovery(probe((due) => away(due) || due === 14_000))
  expect(recovery).toMatchObject({ rtoMs: { low: 8980, high: 9110 }, outages: [{ wrong: 30 }, { wrong: 1 }] })
  expect(recovery.unavailableMs).toEqual({ low: 2900, high: 3110 + 210 })
})

test('a service that is away in the last 3 s is not known to be restored', () => {
  const recovery = measureRecovery(probe((due) => away(due) || due === 17_500))
  expect(recovery).toMatchObject({ rtoMs: null, atLeastMs: 12_480, outages: [{ wrong: 30 }, { wrong: 1 }] })
  expect(recovery.problem?.reason).toMatch(/not seen to be right for 3 s/)
})

test('a pause in the probes moves only the upper bound behind it', () => {
  const probed = probe(away)
  const paused = { ...probed, samples: probed.samples.filter(([due]) => due < 10_000 || due >= 10_600) }
  expect(measureRecovery(paused).rtoMs).toEqual({ low: 2880, high: 5610 })
  const shorter = { ...probed, samples: probed.samples.filter(([due]) => due < 10_000 || due >= 10_400) }
  expect(measureRecovery(shorter).rtoMs).toEqual({ low: 2880, high: 3010 })
})

test('a pause in the first 3 s after the outage, or a long one in the last 3 s, makes RTO unknown', () => {
  const probed = probe((due) => due >= 5000 && due < 15_500)
  const paused = { ...probed, samples: probed.samples.filter(([due]) => due < 16_500 || due >= 17_200) }
  expect(measureRecovery(paused)).toMatchObject({ rtoMs: null })
  const later = { ...probe(away), samples: probe(away).samples.filter(([due]) => due < 16_500 || due >= 17_600) }
  expect(measureRecovery(later)).toMatchObject({ rtoMs: null })
})

test('after 3 s of right answers, a pause shorter than the timeout changes nothing', () => {
  const pauseOf = (durationMs: number, from = 11_100) => {
    const probed = probe(away)
    return { ...probed, samples: probed.samples.filter(([due]) => due < from || due >= from + durationMs) }
  }
  expect(measureRecovery(pauseOf(900)).rtoMs).toEqual({ low: 2880, high: 3010 })
  expect(measureRecovery(pauseOf(1000)).rtoMs).toEqual({ low: 2880, high: 7110 })
  expect(measureRecovery(pauseOf(900, 10_900)).rtoMs).toEqual({ low: 2880, high: 6810 })
})

test('probes that were sent late because the prober stood still prove nothing about earlier times', () => {
  const sendLate = (from: number, to: number, probed = probe(away)): ProbedOutage => {
    const late = ([due, , right]: ProbeSample): ProbeSample => [due, to + 10, right, to]
    return { ...probed, samples: probed.samples.map((one) => (one[0] > from && one[0] < to ? late(one) : one)) }
  }
  // Another outage fits into the time without probes.
  expect(measureRecovery(sendLate(9000, 9700)).rtoMs).toEqual({ low: 2880, high: 4710 })
  expect(measureRecovery(sendLate(9000, 9400)).rtoMs).toEqual({ low: 2880, high: 3010 })
  // They were wrong at the time of sending, not when they were due.
  expect(measureRecovery(sendLate(7500, 7950)).rtoMs).toEqual({ low: 2930, high: 3010 })
})

test('the timeout counts from the sending of the probe', () => {
  const answerAt = (answered: number) => {
    const probed = probe(away)
    const stalled = ([due]: ProbeSample) => due >= 9000 && due < 9400
    return {
      ...probed,
      samples: probed.samples.map((one): ProbeSample => (stalled(one) ? [one[0], answered, true, 9400] : one)),
    }
  }
  expect(measureRecovery(answerAt(10_400)).outages).toMatchObject([{ spells: 1 }])
  expect(measureRecovery(answerAt(10_500)).outages).toMatchObject([{ spells: 2 }])
})

test('without an outage RTO is zero if none is expected, and unknown if one is', () => {
  expect(measureRecovery(probe(() => false)).problem?.reason).toMatch(/did not interrupt the service/)
  const unneeded = probe(() => false, { outageExpected: false })
  expect(measureRecovery(unneeded)).toMatchObject({ rtoMs: { low: 0, high: 0 }, outages: [], problem: null })
  const paused = { ...unneeded, samples: unneeded.samples.filter(([due]) => due < 6000 || due >= 7000) }
  expect(measureRecovery(paused).rtoMs).toEqual({ low: 0, high: 2010 })
})

test('an outage that begins only with the restore was not caused by the fault', () => {
  expect(measureRecovery(probe(away, { before: 4900 })).problem?.reason).toMatch(/did not interrupt the service/)
  expect(measureRecovery(probe(away, { before: 5200 })).problem).toBe(null)
})

const unhealthy: [
  what: string,
  changes: Partial<ProbedOutage> | ((probed: ProbedOutage) => ProbedOutage),
  problem: RegExp,
][] = [
  ['probing started late', (p) => ({ ...p, samples: p.samples.filter(([due]) => due >= 2100) }), /began less than 3 s/],
  [
    'a probe was wrong before the fault',
    (p) => ({ ...p, samples: p.samples.map(([d, a, r]) => [d, a, r && d !== 3000]) }),
    /not right for 3 s before/,
  ],
  [
    'a probe was answered wrongly just before the fault',
    (p) => ({ ...p, samples: p.samples.map(([d, a, r]) => [d, a, r && d !== 4800]) }),
    /not right for 3 s before/,
  ],
  [
    'probes are missing before the fault',
    (p) => ({ ...p, samples: p.samples.filter(([d]) => d < 3000 || d > 3600) }),
    /gap in the probes/,
  ],
  [
    'probes are missing just before the fault',
    (p) => ({ ...p, samples: p.samples.filter(([d]) => d < 4300 || d > 5000) }),
    /gap in the probes/,
  ],
  ['the interval is zero', { intervalMs: 0 }, /no interval/],
  ['the interval is not a number', { intervalMs: NaN }, /no interval/],
  ['the fault time is not a number', { fault: [NaN, NaN] }, /not an interval/],
  ['the fault time is reversed', { fault: [5020, 5000] }, /not an interval/],
  [
    'a probe was recorded twice',
    (p) => ({ ...p, samples: [...p.samples.slice(0, 50), ...p.samples.slice(49)] }),
    /the clock jumped/,
  ],
  [
    'the time of a probe is not a number',
    (p) => ({ ...p, samples: p.samples.map(([d, a, r], i) => [i === 9 ? NaN : d, a, r]) }),
    /the clock jumped/,
  ],
  [
    'a probe was answered before it was due',
    (p) => ({ ...p, samples: p.samples.map(([d, a, r], i) => [d, i === 9 ? d - 60 : a, r]) }),
    /the clock jumped/,
  ],
  [
    'a probe was sent before it was due',
    (p) => ({
      ...p,
      samples: p.samples.map((one, i): ProbeSample => (i === 9 ? [one[0], one[1], one[2], one[0] - 1] : one)),
    }),
    /sent before it was due/,
  ],
  [
    'a probe was sent after it was answered',
    (p) => ({
      ...p,
      samples: p.samples.map((one, i): ProbeSample => (i === 9 ? [one[0], one[1], one[2], one[0] + 70] : one)),
    }),
    /sent before it was due, or after/,
  ],
  ['probing ended before the restore', { until: 19_950 }, /before the restore did/],
  [
    'there are no probes after the fault',
    (p) => ({ ...p, samples: p.samples.filter(([d]) => d < 5000) }),
    /did not interrupt the service/,
  ],
]
for (const [what, changes, problem] of unhealthy) {
  test(`a drill has no RTO if ${what}`, () => {
    const probed = typeof changes === 'function' ? changes(probe(away)) : { ...probe(away), ...changes }
    const recovery = measureRecovery(probed)
    expect(recovery.rtoMs).toBe(null)
    expect(recovery.problem?.reason).toMatch(problem)
  })
}

test('a probe that was on its way when the fault struck may fail, and a late answer is wrong', () => {
  const probed = probe(away)
  const caught = {
    ...probed,
    samples: probed.samples.map(([d, a, r]): ProbeSample => (d === 4900 ? [d, null, false] : [d, a, r])),
  }
  expect(measureRecovery(caught)).toMatchObject({ rtoMs: { low: 2880, high: 3010 }, problem: null })
  const late = {
    ...probed,
    samples: probed.samples.map(([d, a, r]): ProbeSample => (d === 9000 ? [d, d + 1100, true] : [d, a, r])),
  }
  expect(measureRecovery(late).rtoMs).toEqual({ low: 3980, high: 4110 })
})
