import { expect, test } from '@playwright/test'
import type { DrillFact, ProbeSample } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { backingUp, chain, drop, type Edit, keepingProbes, loading } from './fact-edits.ts'
import { buildDrill, change, startMs } from './facts-builder.ts'
import { editing, repeating, striking, describePart, testPart } from './parts.ts'

const at = (ms: number) => ({ at: startMs + ms })
/** Records everything from the last second on later. */
const endingLater =
  (byMs: number): Edit =>
  (facts) =>
    facts.map((fact) => (fact.at < startMs + 40_000 ? fact : { ...fact, at: fact.at + byMs }))
const answeringLast =
  (answered: number): Edit =>
  (facts) =>
    change(facts, 'probes', (fact) => {
      const last: ProbeSample = [startMs + 39_450, startMs + answered, true]
      return { ...fact, samples: [...fact.samples.slice(0, -1), last] }
    })
const writingLast =
  (sent: number, acknowledged: number | null): Edit =>
  (facts) =>
    change(facts, 'writes', (fact) => ({
      ...fact,
      writes: fact.writes.map((write) => {
        const last = write.sequence === 600
        const acknowledgedMs = acknowledged === null ? null : startMs + acknowledged
        return last ? { ...write, sentMs: startMs + sent, acknowledgedMs } : write
      }),
    }))
const samplingLast =
  (ms: number): Edit =>
  (facts) =>
    change(facts, 'resources', (fact) => ({
      ...fact,
      samples: fact.samples.map((sample, index) => (index === 5 ? { ...sample, ...at(ms) } : sample)),
    }))

const jumped = (kind: string) => `inconclusive: fact "${kind}" names a time after it was recorded: the clock jumped`
const ahead =
  'inconclusive: fact "backup.ended" names an end after it was seen: the clock jumped, or the cluster\'s clock is ahead'
const still =
  'inconclusive: probes were recorded long after they were due: the clock was set ahead, or the machine stood still'
const right = 'pass: the clock did not jump'

testPart('clock', [
  ['the clock went back within its tolerance', editing('note', at(39_950)), right],
  ['probes were recorded just within the allowed delay', endingLater(10_455), right],
  ['probes were recorded after the allowed delay', endingLater(10_456), still],
  ['a fault was seen ahead of its record, within the tolerance', striking(0, 150), right],
  ['a fault was seen ahead of its record', striking(0, 151), jumped('fault.observed')],
  ['a probe was answered ahead of its record, within the tolerance', answeringLast(40_050), right],
  ['a probe was answered ahead of its record', answeringLast(40_051), jumped('probes')],
  ['a write was acknowledged ahead of its record, within the tolerance', writingLast(31_000, 32_050), right],
  ['a write was acknowledged ahead of its record', writingLast(31_000, 32_051), jumped('writes')],
  ['a write without an answer was sent ahead of its record', writingLast(32_051, null), jumped('writes')],
  ['resources were sampled ahead of their record', samplingLast(40_051), jumped('resources')],
  [
    'a backup ended ahead of its record, within the tolerance of a cluster',
    backingUp({ endedMs: startMs + 10_000 }),
    right,
  ],
  ['a backup ended ahead of its record', backingUp({ endedMs: startMs + 10_001 }), ahead],
  ['a backup did not report its end', backingUp({ endedMs: null }), right],
])

testPart('course', [
  ['a step failed', editing('step.ended', { error: 'EIO' }), 'inconclusive: step "provision" ended with an error: EIO'],
  ['every step succeeded', (facts) => facts, 'pass: the drill was carried out to its end'],
])

test('the course is inconclusive and names every unreadable line of events.jsonl', () => {
  const [drill] = judgeDrill(buildDrill(), [17, 21]).parts
  expect(drill).toEqual({
    question: 'course',
    verdict: 'inconclusive',
    code: 'course.unreadable-events',
    reason: 'events.jsonl cannot be read at line 17, 21',
  })
})

const none = 'inconclusive: there are no probes'
const sending = (sent: number): Edit => editing('probes.ended', { sent })
/** All probes except one in a hundred, of `many`. */
const missingOneInAHundred = (many: number): Edit =>
  chain(
    keepingProbes((_, index) => index < many && index % 100 !== 50),
    sending(many),
  )
const batches =
  (intervalMs: number): Edit =>
  (facts) =>
    facts.flatMap((fact): DrillFact[] => {
      if (fact.kind !== 'probes') return [fact]
      const { samples } = fact
      return [
        { ...fact, samples: samples.slice(0, 390) },
        { ...fact, samples: samples.slice(390), intervalMs },
      ]
    })

testPart('probes', [
  ['all probes are present', (facts) => facts, 'pass: 780 of 780 due probes'],
  ['no probes were recorded', drop('probes'), none],
  ['the recorded probes are empty', keepingProbes(() => false), none],
  ['the probes come in two batches', batches(50), 'pass: 780 of 780 due probes'],
  ['the interval changed', batches(51), 'inconclusive: the interval of the probes changed within the drill'],
  [
    'more probes were answered than sent',
    sending(779),
    'inconclusive: 780 probes were answered, but only 779 were sent',
  ],
  [
    'due probes are missing, although all sent probes are present',
    chain(
      keepingProbes((_, index) => index % 50 !== 1),
      sending(764),
    ),
    'inconclusive: 16 of 780 probes are missing',
  ],
  ['exactly 1 % of the probes are missing', missingOneInAHundred(700), 'pass: 693 of 700 due probes'],
])

const offered = (rate: string, floor = '20 requests/s') =>
  `inconclusive: the load reached ${rate}, under the floor of ${floor}`
const flooring =
  (minimumLoadRps: number): Edit =>
  (facts) =>
    change(facts, 'drill.planned', (fact) => ({ ...fact, expectations: { ...fact.expectations, minimumLoadRps } }))

testPart('load', [
  ['the load is above its floor', (facts) => facts, 'pass: 1800 requests'],
  ['two loads are above their floor', repeating('load.ended', {}), 'pass: 3600 requests'],
  ['the load is exactly at its floor', loading({ requests: 600 }), 'pass: 600 requests'],
  ['no request failed', loading({ failed: 0 }), 'pass: 1800 requests'],
  ['the number of failed requests is negative', loading({ failed: -1 }), offered('60 requests/s')],
  ['there is no plan that names a floor', drop('drill.planned'), offered('60 requests/s', 'an unknown rate')],
  ['the floor is zero', flooring(0), 'inconclusive: the plan names no minimum load'],
  ['the load did not end', drop('load.ended'), 'inconclusive: the load did not report its end'],
])

test('a passing drill answers every question with pass', () => {
  const parts = Object.fromEntries(
    judgeDrill(buildDrill()).parts.map(({ question }) => [question, describePart(buildDrill(), question)]),
  )
  expect(parts).toEqual({
    course: 'pass: the drill was carried out to its end',
    clock: 'pass: the clock did not jump',
    probes: 'pass: 780 of 780 due probes',
    load: 'pass: 1800 requests',
    fault: 'pass: claim is gone',
    leftovers: 'pass: nothing of the fault is left',
    backup: 'pass: backup "b1" ended as "Completed"',
    restore: 'pass: restore of "b1" ended as "Completed"',
    integrity: 'pass: 1000 records were read back, and all are right',
    rto: 'pass: RTO 7.9 s–8.0 s, within the objective of 10 s',
    rpo: 'pass: 0 of 441 acknowledged writes lost',
    'point-in-time': 'pass: the restored state is of one moment after 22:13:35.000 before 22:13:37.000',
    freshness: 'pass: no write is missing that was acknowledged before backup "b1" was requested',
    mesh: 'pass: the mesh is as it was before the fault',
    resources: 'pass: resource samples cover the operations',
  })
})
