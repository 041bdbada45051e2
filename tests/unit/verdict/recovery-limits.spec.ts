import { expect, test } from '@playwright/test'
import type { ProbeSample } from '../../../lib/record/facts.ts'
import { measureRecovery, type ProbedOutage } from '../../../lib/verdict/recovery.ts'

/** What becomes of a probe; null where there is none. */
type Change = (sample: ProbeSample) => ProbeSample | null

const wrongIf =
  (isWrong: (due: number) => boolean): Change =>
  ([due, answered]) => [due, answered, !isWrong(due)]
const away = wrongIf((due) => due >= 5000 && due < 8000)
const right: Change = (sample) => sample
/** Wrong at these times too; those that are not answered are lost. */
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

/** Probes each 100 ms for 20 s, answered after 10 ms; the fault strikes from 5.00 to 5.02 s, and takes the service away until 8 s. */
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
  ['no probes at all', () => null, {}, 'there are no probes'],
  ['a timeout of nothing', away, { timeoutMs: 0 }, 'the probes have no interval or no timeout'],
  ['a fault known to the millisecond', away, { fault: [5000, 5000] }, null],
  ['due with the one before', (sample) => (sample[0] === 5000 ? [4900, 5010, false] : away(sample)), {}, together],
  ['answered before it was due, by as much as clocks differ', replacing(5000, 4950, false), {}, null],
  ['answered earlier', replacing(5000, 4949, false), {}, jumped('answered before it was due')],
  ['answered never, in words', replacing(5000, Infinity, false), {}, jumped('answered before it was due')],
  [
    'due at the end of time',
    (sample) => (sample[0] === 19_900 ? [Infinity, null, true] : away(sample)),
    {},
    'probe 200 was answered before it was due: the clock jumped',
  ],
  ['sent when it was due', replacing(5000, 5010, false, 5000), {}, null],
  ['sent after it was answered, by as much as clocks differ', replacing(5000, 5010, false, 5060), {}, null],
  ['sent later', replacing(5000, 5010, false, 5061), {}, jumped('sent before it was due, or after it was answered')],
  ['probing began 3 s before the fault', without(0, 2000), {}, null],
  ['probing began later', without(0, 2001), {}, 'probing began less than 3 s before the fault'],
  ['wrong an interval and 3 s before the fault', alsoWrong(1900), {}, notRight],
  ['wrong before that', alsoWrong(1800), {}, null],
  ['lost just before the fault', alsoWrong(4600), {}, null],
  ['lost earlier', alsoWrong(4500), {}, notRight],
  ['answered wrongly as the fault struck', replacing(4900, 5000, false), {}, null],
  ['answered wrongly before', replacing(4900, 4999, false), {}, notRight],
  ['lost, and given up as the fault struck', alsoWrong(4600), { timeoutMs: 400 }, null],
  ['lost, and given up before', alsoWrong(4600), { timeoutMs: 399 }, notRight],
  ['five intervals without a probe', without(3000, 3400), {}, null],
  ['six', without(3000, 3500), {}, gap],
  ['five intervals without one from 3 s before the fault', without(1500, 2500), {}, null],
  ['six from there', without(1500, 2600), {}, gap],
  ['five intervals without one up to the fault', without(4600, 5000), {}, null],
  ['six up to the fault', without(4500, 5000), {}, gap],
  ['away as the restore began', away, { before: 5000 }, null],
  ['away only then', away, { before: 4999 }, 'the fault did not take the service away'],
  ['never away', right, {}, 'the fault did not take the service away'],
  ['never away, as expected', right, unneeded, null],
  ['right for 3 s in the end', alsoWrong(16_800), {}, null],
  ['right for less', alsoWrong(16_900), {}, notRestored],
  ['right for 3 s from the fault', right, { ...unneeded, fault: [16_800, 16_900] }, null],
  ['right for less from the fault', right, { ...unneeded, fault: [16_800, 16_901] }, notRestored],
  ['not probed after the fault', without(5000, 20_000), unneeded, notRestored],
  ['probed until the restore ended', away, { until: 19_900 }, null],
  ['probed for less', away, { until: 19_901 }, 'probing ended before the restore did'],
]
for (const [what, change, changes, problem] of limits)
  test(`a limit of the recovery: ${what}`, () => {
    const recovery = measure(change, changes)
    expect(recovery.problem?.reason ?? null).toBe(problem)
    expect(recovery.rtoMs === null).toBe(problem !== null)
  })

test('nothing is known of a recovery whose beginning was not seen', () => {
  const nothing = { rtoMs: null, atLeastMs: null, outages: [], away: false, unavailableMs: { low: 0, high: 0 } }
  expect(measure(away, { intervalMs: 0 })).toEqual({
    ...nothing,
    problem: { code: 'rto.unusable-probes', reason: 'the probes have no interval or no timeout' },
  })
})

test('a service that was never wrong has no time that it was away for at least', () => {
  expect([measure(right, unneeded).atLeastMs, measure().atLeastMs]).toEqual([null, 2880])
})

test('the service is away in the end if it was wrong within the last 3 s', () => {
  const awayAt = (due: number) => measure(alsoWrong(due)).away
  expect([awayAt(16_900), awayAt(17_000), measure().away]).toEqual([false, true, false])
})

test('a recovery before the fault had struck takes no time', () => {
  const lost = (due: number) => measure((sample) => (sample[0] === due ? [due, null, false] : sample)).rtoMs
  expect(lost(4900)).toEqual({ low: 0, high: 10 })
  expect(lost(4600)).toEqual({ low: 0, high: 0 })
})

test('a pause is long by the greater of five intervals and what a client waits', () => {
  const after = (from: number, to: number, timeoutMs: number) => measure(without(from, to), { timeoutMs }).rtoMs?.high
  expect([after(11_100, 11_500, 300), after(11_100, 11_600, 300)]).toEqual([3010, 6610])
  expect([after(11_100, 12_000, 1000), after(11_100, 12_100, 1000)]).toEqual([3010, 7110])
  // It was right for less than 3 s before this one.
  expect([after(10_900, 11_300, 1000), after(10_900, 11_400, 1000)]).toEqual([3010, 6410])
  expect([after(11_000, 11_500, 1000), after(11_100, 11_600, 1000)]).toEqual([6510, 3010])
})

test('how long the service was away is bounded by the right probes around, and in the end by what a client waits', () => {
  expect(measure().unavailableMs).toEqual({ low: 2900, high: 3110 })
  expect(measure(wrongIf((due) => due >= 5000)).unavailableMs).toEqual({ low: 14_900, high: 16_000 })
  expect(measure(replacing(7900, 8000, false, 7950)).unavailableMs).toEqual({ low: 2950, high: 3110 })
  expect(measure(replacing(8000, 8070, true, 8060)).unavailableMs).toEqual({ low: 2900, high: 3170 })
})

test('what was wrong long before the fault is none of its outages', () => {
  expect(measure(alsoWrong(1800)).outages).toHaveLength(1)
})

test('a service that was never away is right from the fault on, and not before', () => {
  // A pause from 2.5 s and one from 3 s after the fault, longer than five intervals, in which no client would give up.
  expect(measure(without(7600, 8200, right), unneeded).rtoMs).toEqual({ low: 0, high: 3210 })
  expect(measure(without(8100, 8700, right), unneeded).rtoMs).toEqual({ low: 0, high: 0 })
})
