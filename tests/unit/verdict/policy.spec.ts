import { expect, test } from '@playwright/test'
import type { CallOutcome, CallSample } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { chain, drop, expecting, type Edit } from './fact-edits.ts'
import { buildDrill, faultMs, outageMs, startMs } from './facts-builder.ts'
import { editing, repeating, striking, testPart } from './parts.ts'

const intervalMs = 50
const dues = Array.from({ length: 780 }, (_, index) => startMs + 500 + index * intervalMs)
const isAway = (due: number) => due >= outageMs.from && due < outageMs.to
const usual = (due: number): CallOutcome => (isAway(due) ? 'other' : 'denied')

/** Adds the calls that the mesh must deny, with the outcome of each by its time. Late answers do not matter. */
const calling =
  (outcome: (due: number) => CallOutcome, keep: (due: number) => boolean = () => true): Edit =>
  (facts) => {
    const samples = dues.filter(keep).map((due): CallSample => {
      const seen = outcome(due)
      return [due, seen === 'other' ? null : due + 3, seen]
    })
    const at = { at: startMs + 40_000, drill: 'd1' }
    const last = facts.findIndex(({ kind }) => kind === 'drill.ended')
    return expecting({ denial: true })(
      facts.toSpliced(
        last,
        0,
        { kind: 'policy.probes', intervalMs, samples, ...at },
        { kind: 'policy.ended', sent: samples.length, error: null, ...at },
      ),
    )
  }

const within = (due: number, low: number, high: number) => due >= faultMs + low && due < faultMs + high
const serving = (low: number, high: number): Edit => calling((due) => (within(due, low, high) ? 'served' : usual(due)))
const denying = calling(usual)
const open = (calls: string, when: string) =>
  `fail: the mesh failed open: it served ${calls} that its policy denies, within ${when}`

testPart('policy', [
  ['an older run made no call', (facts) => facts, null],
  ['the mesh offers no policies', expecting({ denial: false }), null],
  [
    'the call was denied before the fault and after the restore',
    denying,
    'pass: the call that the policy denies was denied 621 times and never served; 159 times it got no answer, or another one',
  ],
  [
    'the mesh offers policies and no call was made',
    expecting({ denial: true }),
    'inconclusive: no call that the policy of the mesh denies was made',
  ],
  ['one call was served in the outage', serving(4000, 4050), open('1 call', '0 ms, from 4 s after the fault on')],
  [
    'calls were served after the restore',
    serving(8000, 10_000),
    open('40 calls', '1.9 s, from 8 s after the fault on'),
  ],
  ['a call was served before the fault', serving(-5000, -4950), open('1 call', '0 ms, from before the fault on')],
  [
    'a call was served and the prober crashed, because what was served is proven',
    chain(serving(4000, 4050), editing('policy.ended', { error: 'boom' })),
    open('1 call', '0 ms, from 4 s after the fault on'),
  ],
  [
    'a call was served and no fault was seen',
    chain(serving(4000, 4050), drop('fault.observed')),
    open('1 call', '0 ms'),
  ],
  [
    'calls were served only until the policy was in force',
    calling((due) => (due < startMs + 3000 ? 'served' : usual(due))),
    'pass: the call that the policy denies was denied 571 times and never served; 159 times it got no answer, or another one',
  ],
  [
    'every call was served, so the policy was never in force',
    calling(() => 'served'),
    'inconclusive: none of 780 calls that the policy of the mesh denies was denied',
  ],
  [
    'no call was answered by policy or service',
    calling(() => 'other'),
    'inconclusive: none of 780 calls that the policy of the mesh denies was denied',
  ],
  [
    'the call was denied after the fault only',
    calling((due) => (due < faultMs ? 'other' : usual(due))),
    'inconclusive: the call that the policy denies was not seen denied before the fault',
  ],
  [
    'the call was denied before the fault only',
    calling((due) => (due < faultMs ? 'denied' : 'other')),
    'inconclusive: the call that the policy denies was not seen denied after the service was restored',
  ],
  [
    'the call was denied in the outage, and not after the restore',
    calling((due) => (due < outageMs.to ? 'denied' : 'other')),
    'inconclusive: the call that the policy denies was not seen denied after the service was restored',
  ],
  [
    'the prober crashed',
    chain(denying, editing('policy.ended', { error: 'exit code 1' })),
    'inconclusive: an error stopped the prober of the policy: exit code 1',
  ],
  [
    'the prober did not end',
    chain(denying, drop('policy.ended')),
    'inconclusive: the prober of the policy did not report its end',
  ],
  [
    'fewer calls were sent than answered',
    chain(denying, editing('policy.ended', { sent: 779 })),
    'inconclusive: 780 denied calls were answered, but only 779 were sent',
  ],
  [
    'more calls were sent than answered',
    chain(denying, editing('policy.ended', { sent: 800 })),
    'inconclusive: 20 of 800 denied calls are missing',
  ],
  [
    'calls are missing for a second',
    calling(usual, (due) => !within(due, 12_000, 13_000)),
    'inconclusive: 20 of 780 denied calls are missing',
  ],
  [
    'the interval changed',
    chain(denying, repeating('policy.probes', { intervalMs: 40, samples: [] })),
    'inconclusive: the interval of the denied calls changed within the drill',
  ],
  [
    'there is no interval',
    chain(denying, editing('policy.probes', { intervalMs: 0 })),
    'inconclusive: Infinity of Infinity denied calls are missing',
  ],
  [
    'the fault took effect before the first denied call',
    chain(
      calling(usual, (due) => due >= startMs + 5000),
      striking(-10_500, -10_400),
    ),
    'inconclusive: the call that the policy denies was not seen denied before the fault',
  ],
])

test('a mesh that failed open fails the drill, also if nothing was expected to bring the service back', () => {
  const facts = expecting({ recoverable: false })(serving(4000, 4050)(buildDrill()))
  const { verdict, parts } = judgeDrill(facts)
  expect(verdict).toBe('fail')
  expect(parts.map(({ code }) => code)).toContain('policy.failed-open')
})

test('a service that does not come back needs no denied call after the fault', () => {
  const never = calling((due) => (due < faultMs ? 'denied' : 'other'))
  const facts = never(buildDrill()).map((fact) =>
    fact.kind === 'probes'
      ? {
          ...fact,
          samples: fact.samples.map((one) => (one[0] < faultMs ? one : ([one[0], null, false] as typeof one))),
        }
      : fact,
  )
  expect(judgeDrill(facts).parts.find(({ question }) => question === 'policy')?.code).toBe('policy.denied')
})

test('the evidence of a drill counts the calls that the mesh must deny', () => {
  const { evidence } = judgeDrill(serving(8000, 10_000)(buildDrill()))
  expect(evidence.policy).toEqual({
    ...{ denied: 581, served: 40, other: 159 },
    open: { afterFaultMs: 8000, durationMs: 1950 },
  })
  expect(judgeDrill(buildDrill()).evidence.policy).toBe(null)
})
