import { expect, test } from '@playwright/test'
import type { DrillFact, ProbeSample } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { backingUp, chain, drop, type Edit, keepingProbes, loading } from './fact-edits.ts'
import { buildDrill, change, startMs } from './facts-builder.ts'
import { editing, repeating, striking, tellPart, testPart } from './parts.ts'

const at = (ms: number) => ({ at: startMs + ms })
/** Everything from the last second on was recorded later. */
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

const jumped = (kind: string) => `inconclusive: fact "${kind}" speaks of a time after it was recorded: the clock jumped`
const ahead =
  'inconclusive: fact "backup.ended" speaks of an end after it was seen: the clock jumped, or the cluster\'s is ahead'
const still = 'inconclusive: probes were recorded long after they were due: the clock was set ahead, or all stood still'
const right = 'pass: did not go back'

testPart('clock', [
  ['as far back as two readings of it may lie apart', editing('note', at(39_950)), right],
  ['probes recorded as late as they may be', endingLater(10_455), right],
  ['probes recorded later', endingLater(10_456), still],
  ['a fault seen as far ahead as it may be', striking(0, 150), right],
  ['a fault seen further ahead', striking(0, 151), jumped('fault.observed')],
  ['a probe answered as far ahead as it may be', answeringLast(40_050), right],
  ['a probe answered further ahead', answeringLast(40_051), jumped('probes')],
  ['a write acknowledged as far ahead as it may be', writingLast(31_000, 32_050), right],
  ['a write acknowledged further ahead', writingLast(31_000, 32_051), jumped('writes')],
  ['a write sent ahead, and never acknowledged', writingLast(32_051, null), jumped('writes')],
  ['a sample of resources ahead', samplingLast(40_051), jumped('resources')],
  ['a backup that ended as far ahead as clusters may be', backingUp({ endedMs: startMs + 10_000 }), right],
  ['a backup that ended further ahead', backingUp({ endedMs: startMs + 10_001 }), ahead],
  ['a backup that does not say when it ended', backingUp({ endedMs: null }), right],
])

testPart('course', [
  [
    'a step that failed',
    editing('step.ended', { error: 'EIO' }),
    'inconclusive: step "provision" ended with an error: EIO',
  ],
  ['nothing is wrong', (facts) => facts, 'pass: carried out to its end'],
])

test('drill: lines that are torn are all named', () => {
  const [drill] = judgeDrill(buildDrill(), [17, 21]).parts
  expect(drill).toEqual({
    question: 'course',
    verdict: 'inconclusive',
    code: 'course.unreadable-events',
    reason: 'events are torn at line 17, 21',
  })
})

const none = 'inconclusive: there are no probes'
const sending = (sent: number): Edit => editing('probes.ended', { sent })
/** All probes but one in a hundred, of `many`. */
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
  ['all of them', (facts) => facts, 'pass: 780 of 780 due probes'],
  ['no fact of any', drop('probes'), none],
  ['none in the fact', keepingProbes(() => false), none],
  ['in two batches', batches(50), 'pass: 780 of 780 due probes'],
  ['of two intervals', batches(51), 'inconclusive: the interval of the probes changed within the drill'],
  ['more than were sent', sending(779), 'inconclusive: 780 probes were answered, and only 779 sent'],
  [
    'holes, though all that were sent are there',
    chain(
      keepingProbes((_, index) => index % 50 !== 1),
      sending(764),
    ),
    'inconclusive: 16 of 780 probes are missing',
  ],
  ['as many missing as may be', missingOneInAHundred(700), 'pass: 693 of 700 due probes'],
])

const offered = (rate: string, floor = '20 requests/s') =>
  `inconclusive: the load reached ${rate}, under the floor of ${floor}`
const flooring =
  (minimumLoadRps: number): Edit =>
  (facts) =>
    change(facts, 'drill.planned', (fact) => ({ ...fact, expectations: { ...fact.expectations, minimumLoadRps } }))

testPart('load', [
  ['all of it', (facts) => facts, 'pass: 1800 requests'],
  ['two loads, together', repeating('load.ended', {}), 'pass: 3600 requests'],
  ['just the floor', loading({ requests: 600 }), 'pass: 600 requests'],
  ['no request failed', loading({ failed: 0 }), 'pass: 1800 requests'],
  ['fewer than none failed', loading({ failed: -1 }), offered('60 requests/s')],
  ['no plan, and so no floor', drop('drill.planned'), offered('60 requests/s', 'an unknown rate')],
  ['a floor of nothing', flooring(0), 'inconclusive: the load has no floor: any would do'],
  ['never ended', drop('load.ended'), 'inconclusive: the load did not report its end'],
])

test('what each question is answered where nothing is wrong', () => {
  const parts = Object.fromEntries(
    judgeDrill(buildDrill()).parts.map(({ question }) => [question, tellPart(buildDrill(), question)]),
  )
  expect(parts).toEqual({
    course: 'pass: carried out to its end',
    clock: 'pass: did not go back',
    probes: 'pass: 780 of 780 due probes',
    load: 'pass: 1800 requests',
    fault: 'pass: claim is gone',
    leftovers: 'pass: nothing of the fault is left',
    backup: 'pass: backup "b1" ended as "Completed"',
    restore: 'pass: restore of "b1" ended as "Completed"',
    integrity: 'pass: 1000 records read back, each right',
    rto: 'pass: RTO 7.9 s–8.0 s, within the objective of 10 s',
    rpo: 'pass: 0 of 441 acknowledged writes lost',
    'point-in-time': 'pass: what was restored is the state of one moment after 22:13:35.000 before 22:13:37.000',
    freshness: 'pass: nothing is missing that was acknowledged before backup "b1" was requested',
    mesh: 'pass: as before the fault',
    resources: 'pass: sampled',
  })
})
