import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { measureRecovery, type ProbedOutage } from '../../../lib/verdict/recovery.ts'

/** Changes a probe. Null removes it. */
type Change = (sample: ProbeSample) => ProbeSample | null

const wrongIf =
  (isWrong: (due: number) => boolean): Change =>
  ([due, answered]) => [due, answered, !isWrong(due)]
const away = wrongIf((due) => due >= 5000 && due < 8000)
const right: Change = (sample) => sample
/** Also wrong at these times. Unanswered probes are lost. */
const alsoWrong =
  (...dues: number[]): Change =>
  (sample) =>
    dues.includes(sample[0]) ? [sample[0], null, false] : away(sample)
const without =
  (from: number, to: number, change = away): Change =>
  (sample) =>
    sample[0] >= from && sample[0] < to ? null : change(sample)
const replacing =
  (due: number, ...rest: [answered: number | null, right: boolean, sent?: number]): Change =>
  (sample) =>
    sample[0] === due ? [due, ...rest] : away(sample)

/**
 * Probes each 100 ms for 20 s, answered after 10 ms. The fault strikes from 5.00 to 5.02 s and interrupts the service
 * until 8 s.
 */
function measure(change: Change = away, changes: Partial<ProbedOutage> = {}) {
  const samples = Array.from({ length: 200 }, (_, index) => change([index * 100, index * 100 + 10, true]))
  const probed = { intervalMs: 100, timeoutMs: 1000, outageExpected: true, before: null, until: null }
  const fault: [number, number] = [5000, 5020]
  return measureRecovery({ ...probed, fault, samples: samples.filter((sample) => sample !== null), ...changes })
}

const jumped = (what: string) => `probe 51 was ${what}: the clock jumped`
const together = jumped('due no later than the one before')
const notRight = 'the service was not right for 3 s before the fault'
const gap = 'there is a gap in the probes within 3 s before the fault'
const notRestored = 'the service was not seen to be right for 3 s before probing ended'
const unneeded = { outageExpected: false }

const limits: [what: string, change: Change, changes: Partial<ProbedOutage>, problem: string | null][] = [
  ['there are no probes', () => null, {}, 'there are no probes'],
  ['the timeout is zero', away, { timeoutMs: 0 }, 'the probes have no interval or no timeout'],
  ['the fault time is known to the millisecond', away, { fault: [5000, 5000] }, null],
  [
    'a probe was due with the previous one',
    (sample) => (sample[0] === 5000 ? [4900, 5010, false] : away(sample)),
    {},
    together,
  ],
  ['a probe was answered before it was due, within the clock tolerance', replacing(5000, 4950, false), {}, null],
  ['a probe was answered before it was due', replacing(5000, 4949, false), {}, jumped('answered before it was due')],
  [
    'a probe was answered at an infinite time',
    replacing(5000, Infinity, false),
    {},
    jumped('answered before it was due'),
  ],
  [
    'a probe was due at an infinite time',
    (sample) => (sample[0] === 19_900 ? [Infinity, null, true] : away(sample)),
    {},
    'probe 200 was answered before it was due: the clock jumped',
  ],
  ['a probe was sent when it was due', replacing(5000, 5010, false, 5000), {}, null],
  ['a probe was sent after its answer, within the clock tolerance', replacing(5000, 5010, false, 5060), {}, null],
  [
    'a probe was sent after its answer',
    replacing(5000, 5010, false, 5061),
    {},
    jumped('sent before it was due, or after it was answered'),
  ],
  ['probing started 3 s before the fault', without(0, 2000), {}, null],
  [
    'probing started less than 3 s before the fault',
    without(0, 2001),
    {},
    'probing began less than 3 s before the fault',
  ],
  ['a probe was wrong one interval and 3 s before the fault', alsoWrong(1900), {}, notRight],
  ['a probe was wrong earlier than that', alsoWrong(1800), {}, null],
  ['a probe just before the fault had no answer', alsoWrong(4600), {}, null],
  ['a probe earlier before the fault had no answer', alsoWrong(4500), {}, notRight],
  ['a probe was answered wrongly as the fault took effect', replacing(4900, 5000, false), {}, null],
  ['a probe was answered wrongly before the fault took effect', replacing(4900, 4999, false), {}, notRight],
  ['a probe timed out as the fault took effect', alsoWrong(4600), { timeoutMs: 400 }, null],
  ['a probe timed out before the fault took effect', alsoWrong(4600), { timeoutMs: 399 }, notRight],
  ['five intervals have no probe', without(3000, 3400), {}, null],
  ['six intervals have no probe', without(3000, 3500), {}, gap],
  ['five intervals from 3 s before the fault have no probe', without(1500, 2500), {}, null],
  ['six intervals from 3 s before the fault have no probe', without(1500, 2600), {}, gap],
  ['the last five intervals before the fault have no probe', without(4600, 5000), {}, null],
  ['the last six intervals before the fault have no probe', without(4500, 5000), {}, gap],
  ['the outage began as the restore began', away, { before: 5000 }, null],
  ['the outage began only after the restore', away, { before: 4999 }, 'the fault did not interrupt the service'],
  ['there was no outage', right, {}, 'the fault did not interrupt the service'],
  ['there was no outage and none was expected', right, unneeded, null],
  ['the service was right for the last 3 s', alsoWrong(16_800), {}, null],
  ['the service was right for less than the last 3 s', alsoWrong(16_900), {}, notRestored],
  ['the service was right for 3 s after the fault', right, { ...unneeded, fault: [16_800, 16_900] }, null],
  [
    'the service was right for less than 3 s after the fault',
    right,
    { ...unneeded, fault: [16_800, 16_901] },
    notRestored,
  ],
  ['there are no probes after the fault', without(5000, 20_000), unneeded, notRestored],
  ['probing lasted until the restore ended', away, { until: 19_900 }, null],
  ['probing ended before the restore ended', away, { until: 19_901 }, 'probing ended before the restore did'],
]
for (const [what, change, changes, problem] of limits)
  test(`RTO is ${problem === null ? 'known' : 'unknown'} if ${what}`, () => {
    const recovery = measure(change, changes)
    expect(recovery.problem?.reason ?? null).toBe(problem)
    expect(recovery.rtoMs === null).toBe(problem !== null)
  })

test('a recovery without a visible start has no figures', () => {
  const nothing = { rtoMs: null, atLeastMs: null, outages: [], away: false, unavailableMs: { low: 0, high: 0 } }
  expect(measure(away, { intervalMs: 0 })).toEqual({
    ...nothing,
    problem: { code: 'rto.unusable-probes', reason: 'the probes have no interval or no timeout' },
  })
})

test('RTO has no lower bound if no probe was wrong', () => {
  expect([measure(right, unneeded).atLeastMs, measure().atLeastMs]).toEqual([null, 2880])
})

test('the service is away at the end if a probe was wrong within the last 3 s', () => {
  const awayAt = (due: number) => measure(alsoWrong(due)).away
  expect([awayAt(16_900), awayAt(17_000), measure().away]).toEqual([false, true, false])
})

test('a recovery before the latest fault time has an RTO of zero', () => {
  const lost = (due: number) => measure((sample) => (sample[0] === due ? [due, null, false] : sample)).rtoMs
  expect(lost(4900)).toEqual({ low: 0, high: 10 })
  expect(lost(4600)).toEqual({ low: 0, high: 0 })
})

test('a pause counts if it is longer than both five intervals and the timeout', () => {
  const after = (from: number, to: number, timeoutMs: number) => measure(without(from, to), { timeoutMs }).rtoMs?.high
  expect([after(11_100, 11_500, 300), after(11_100, 11_600, 300)]).toEqual([3010, 6610])
  expect([after(11_100, 12_000, 1000), after(11_100, 12_100, 1000)]).toEqual([3010, 7110])
  // The service was right for less than 3 s before this pause.
  expect([after(10_900, 11_300, 1000), after(10_900, 11_400, 1000)]).toEqual([3010, 6410])
  expect([after(11_000, 11_500, 1000), after(11_100, 11_600, 1000)]).toEqual([6510, 3010])
})

test('the duration of an outage is bounded by the right probes around it, and at the end by the timeout', () => {
  expect(measure().unavailableMs).toEqual({ low: 2900, high: 3110 })
  expect(measure(wrongIf((due) => due >= 5000)).unavailableMs).toEqual({ low: 14_900, high: 16_000 })
  expect(measure(replacing(7900, 8000, false, 7950)).unavailableMs).toEqual({ low: 2950, high: 3110 })
  expect(measure(replacing(8000, 8070, true, 8060)).unavailableMs).toEqual({ low: 2900, high: 3170 })
})

test('an outage long before the fault is not an outage of the fault', () => {
  expect(measure(alsoWrong(1800)).outages).toHaveLength(1)
})

test('a service without an outage counts as right from the fault on', () => {
  // One pause from 2.5 s after the fault, one from 3 s. Both are longer than five intervals, but no client times out in
  // them.
  expect(measure(without(7600, 8200, right), unneeded).rtoMs).toEqual({ low: 0, high: 3210 })
  expect(measure(without(8100, 8700, right), unneeded).rtoMs).toEqual({ low: 0, high: 0 })
})
