import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { aiming, chain, drop, expecting, keepingProbes, loading, probing, testRules } from './fact-edits.ts'
import { buildDrill, change, faultMs, startMs } from './facts-builder.ts'

testRules([
  ['every fact is right', (facts) => facts, 'pass', null],
  ['it has no plan', drop('drill.planned'), 'inconclusive', /no plan/],
  ['it was started twice', (facts) => [...facts.slice(0, 1), ...facts], 'inconclusive', /started 2 times/],
  ['it was interrupted', drop('drill.ended'), 'inconclusive', /interrupted/],
  [
    'an error stopped it',
    (f) => change(f, 'drill.ended', (fact) => ({ ...fact, error: 'boom' })),
    'inconclusive',
    /an error stopped the drill: boom/,
  ],
  [
    'a step failed',
    (f) => change(f, 'step.ended', (s) => ({ ...s, error: 'boom' })),
    'inconclusive',
    /step "provision".*boom/,
  ],
  [
    'a step did not end',
    (f) => change(f, 'step.ended', (s) => (s.step === 'assert' || s.step === 'break' ? null : s)),
    'inconclusive',
    /1 of 4 steps/,
  ],
  [
    'the clock went back by more than the tolerance',
    (f) => change(f, 'note', (note) => ({ ...note, at: note.at - 60 })),
    'inconclusive',
    /clock went back by 60 ms/,
  ],
  [
    'the clock went back within the tolerance',
    (f) => change(f, 'note', (note) => ({ ...note, at: note.at - 40 })),
    'pass',
    null,
  ],
  [
    'a fact has no time',
    (f) => change(f, 'note', (note) => ({ ...note, at: NaN })),
    'inconclusive',
    /"note" has no time/,
  ],
  [
    'probes were answered in the future',
    (f) =>
      change(f, 'probes', (p) => ({
        ...p,
        samples: p.samples.map(([due, , right]) => [due + 2000, due + 2003, right]),
      })),
    'inconclusive',
    /the clock jumped/,
  ],
  ['no probes were recorded', drop('probes'), 'inconclusive', /no probes/],
  ['the recorded probes are empty', keepingProbes(() => false), 'inconclusive', /no probes/],
  [
    'the prober crashed',
    (f) => change(f, 'probes.ended', (p) => ({ ...p, error: 'EMFILE' })),
    'inconclusive',
    /EMFILE/,
  ],
  ['the prober did not record its end', drop('probes.ended'), 'inconclusive', /did not report its end/],
  [
    '2 % of the probes are missing',
    keepingProbes((_, index) => index % 50 !== 0),
    'inconclusive',
    /16 of 780 probes are missing/,
  ],
  ['0.9 % of the probes are missing', keepingProbes((_, index) => index % 120 !== 1), 'pass', null],
  ['no load was recorded', drop('load.ended'), 'inconclusive', /load did not report/],
  ['the load generator failed', loading({ error: 'torn output' }), 'inconclusive', /torn output/],
  [
    'the load was under its floor',
    loading({ requests: 580 }),
    'inconclusive',
    /19\.3 requests\/s, under the floor of 20/,
  ],
  ['the number of requests is not a number', loading({ requests: NaN }), 'inconclusive', /unknown rate/],
  ['the load lasted no time', loading({ durationMs: 0 }), 'inconclusive', /unknown rate/],
  ['all requests of the load failed', loading({ failed: 1800 }), 'inconclusive', /no request of the load was answered/],
  ['the fault was not seen', drop('fault.observed'), 'inconclusive', /no fault was seen/],
  [
    'another fault was seen',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, fault: 'x' })),
    'inconclusive',
    /"volume-loss" was requested, but it was not seen/,
  ],
  [
    'the fault came before its request',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, between: [faultMs - 300, faultMs - 290] })),
    'inconclusive',
    /something else/,
  ],
  [
    'the fault time is reversed',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, between: [faultMs, faultMs - 20] })),
    'inconclusive',
    /not an interval/,
  ],
  ['the fault caused no outage', probing(() => true), 'inconclusive', /did not interrupt the service/],
  [
    'only the restore caused an outage',
    probing((due) => due < startMs + 18_000 || due > startMs + 20_000),
    'inconclusive',
    /did not interrupt the service/,
  ],
  [
    'there was no outage and none was expected',
    chain(
      probing(() => true),
      expecting({ outage: false, restore: false }),
    ),
    'pass',
    null,
  ],
])

test('a skipped drill keeps its reason and has no figures', () => {
  const [planned] = buildDrill()
  if (!planned) throw new Error('no plan')
  const skipped: DrillFact = { kind: 'drill.skipped', at: startMs, drill: 'd1', reason: 'needs Docker' }
  const result = judgeDrill([planned, skipped])
  expect(result).toMatchObject({
    verdict: 'skipped',
    reasons: ['needs Docker'],
    rtoMs: null,
    rpo: null,
    backup: null,
    load: null,
  })
  expect(judgeDrill([...buildDrill(), { ...skipped, at: startMs + 41_000 }]).reasons).toContain(
    'the drill was skipped after it had started',
  )
})

test('a drill without one kind of fact never passes, unless that kind is only informative', () => {
  const tellingOnly: DrillFact['kind'][] = ['note', 'fault.healed', 'fault.requested', 'step.started']
  for (const kind of new Set(buildDrill().map((fact) => fact.kind))) {
    if (tellingOnly.includes(kind)) continue
    expect(judgeDrill(drop(kind)(buildDrill())).verdict, `without "${kind}"`).not.toBe('pass')
  }
})

test('fail outranks inconclusive, and the reasons list the failure first', () => {
  const result = judgeDrill(chain(drop('resources'), aiming({ rtoMs: 1000 }))(buildDrill()))
  expect(result.verdict).toBe('fail')
  expect(result.reasons[0]).toMatch(/exceeds/)
  expect(result.reasons[1]).toMatch(/resource samples/)
})

test('a drill whose facts are cut off at any place never passes', () => {
  const facts = buildDrill()
  for (let kept = 1; kept < facts.length; kept++) {
    expect(judgeDrill(facts.slice(0, kept)).verdict, `the first ${kept} facts`).not.toBe('pass')
  }
})

test('a drill with an unreadable line never passes', () => {
  expect(judgeDrill(buildDrill(), [17])).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['events.jsonl cannot be read at line 17'],
  })
})
