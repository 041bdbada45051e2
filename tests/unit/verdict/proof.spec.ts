import { expect, test } from '@playwright/test'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { aiming, chain, drop, expecting, keepingProbes, loading, probing, testRules } from './fact-edits.ts'
import { buildDrill, change, faultMs, startMs } from './facts-builder.ts'

testRules([
  ['nothing is wrong', (facts) => facts, 'pass', null],
  ['no plan', drop('drill.planned'), 'inconclusive', /no plan/],
  ['begun twice', (facts) => [...facts.slice(0, 1), ...facts], 'inconclusive', /begun 2 times/],
  ['interrupted', drop('drill.ended'), 'inconclusive', /interrupted/],
  ['error', (f) => change(f, 'drill.ended', (fact) => ({ ...fact, error: 'boom' })), 'inconclusive', /an error: boom/],
  [
    'step failed',
    (f) => change(f, 'step.ended', (s) => ({ ...s, error: 'boom' })),
    'inconclusive',
    /step "provision".*boom/,
  ],
  [
    'step open',
    (f) => change(f, 'step.ended', (s) => (s.step === 'assert' || s.step === 'break' ? null : s)),
    'inconclusive',
    /1 of 4 steps/,
  ],
  [
    'clock back',
    (f) => change(f, 'note', (note) => ({ ...note, at: note.at - 60 })),
    'inconclusive',
    /clock went back by 60 ms/,
  ],
  ['clock back a little', (f) => change(f, 'note', (note) => ({ ...note, at: note.at - 40 })), 'pass', null],
  ['no time', (f) => change(f, 'note', (note) => ({ ...note, at: NaN })), 'inconclusive', /"note" has no time/],
  [
    'probes from the future',
    (f) =>
      change(f, 'probes', (p) => ({
        ...p,
        samples: p.samples.map(([due, , right]) => [due + 2000, due + 2003, right]),
      })),
    'inconclusive',
    /the clock jumped/,
  ],
  ['no probes', drop('probes'), 'inconclusive', /no probes/],
  ['no samples', keepingProbes(() => false), 'inconclusive', /no probes/],
  ['prober crashed', (f) => change(f, 'probes.ended', (p) => ({ ...p, error: 'EMFILE' })), 'inconclusive', /EMFILE/],
  ['prober vanished', drop('probes.ended'), 'inconclusive', /did not report its end/],
  [
    '2 % of probes missing',
    keepingProbes((_, index) => index % 50 !== 0),
    'inconclusive',
    /16 of 780 probes are missing/,
  ],
  ['0.9 % of probes missing', keepingProbes((_, index) => index % 120 !== 1), 'pass', null],
  ['no load', drop('load.ended'), 'inconclusive', /load did not report/],
  ['load error', loading({ error: 'torn output' }), 'inconclusive', /torn output/],
  ['load under floor', loading({ requests: 580 }), 'inconclusive', /19\.3 requests\/s, under the floor of 20/],
  ['load is no number', loading({ requests: NaN }), 'inconclusive', /unknown rate/],
  ['load took no time', loading({ durationMs: 0 }), 'inconclusive', /unknown rate/],
  ['load all failed', loading({ failed: 1800 }), 'inconclusive', /no request of the load was answered/],
  ['fault unseen', drop('fault.observed'), 'inconclusive', /never seen/],
  [
    'other fault seen',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, fault: 'x' })),
    'inconclusive',
    /"volume-loss" was requested and never seen/,
  ],
  [
    'fault before request',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, between: [faultMs - 300, faultMs - 290] })),
    'inconclusive',
    /something else/,
  ],
  [
    'fault time reversed',
    (f) => change(f, 'fault.observed', (o) => ({ ...o, between: [faultMs, faultMs - 20] })),
    'inconclusive',
    /not an interval/,
  ],
  ['no outage', probing(() => true), 'inconclusive', /did not take the service away/],
  [
    'outage only by restore',
    probing((due) => due < startMs + 18_000 || due > startMs + 20_000),
    'inconclusive',
    /did not take the service away/,
  ],
  [
    'no outage needed',
    chain(
      probing(() => true),
      expecting({ outage: false, restore: false }),
    ),
    'pass',
    null,
  ],
])

test('a drill that was skipped is skipped with its reason, and nothing of it is measured', () => {
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
    'the drill was skipped after it had begun',
  )
})

test('a drill without any one kind of fact never passes, but for those that only tell', () => {
  const tellingOnly: DrillFact['kind'][] = ['note', 'fault.healed', 'fault.requested', 'step.started']
  for (const kind of new Set(buildDrill().map((fact) => fact.kind))) {
    if (tellingOnly.includes(kind)) continue
    expect(judgeDrill(drop(kind)(buildDrill())).verdict, `without "${kind}"`).not.toBe('pass')
  }
})

test('fail beats inconclusive, and both reasons are told, the failure first', () => {
  const result = judgeDrill(chain(drop('resources'), aiming({ rtoMs: 1000 }))(buildDrill()))
  expect(result.verdict).toBe('fail')
  expect(result.reasons[0]).toMatch(/exceeds/)
  expect(result.reasons[1]).toMatch(/resource samples/)
})

test('facts cut off at the end of a drill, at whatever place, are never a pass', () => {
  const facts = buildDrill()
  for (let kept = 1; kept < facts.length; kept++) {
    expect(judgeDrill(facts.slice(0, kept)).verdict, `the first ${kept} facts`).not.toBe('pass')
  }
})

test('a torn line of the drill is never a pass', () => {
  expect(judgeDrill(buildDrill(), [17])).toMatchObject({
    verdict: 'inconclusive',
    reasons: ['events are torn at line 17'],
  })
})
