import { expect, test } from '@playwright/test'
import { advise, type Choice, type DrillTimes, type Trial } from '../../../../lib/report/page/adviser.ts'
import { gatherTrials } from '../../../../lib/report/page/trials.ts'
import { controlName } from '../../../../lib/verdict/flaws.ts'
import { buildResult, loseData, part, replaceParts } from '../../verdict/ranking/builder.ts'

const any: Choice = { rtoMs: null, rpoMs: null, faults: null, moment: null, mesh: null, workload: null }
const drill = (rtoMs: number, rpoMs = 0): DrillTimes => ({
  rtoMs: [rtoMs, rtoMs + 100],
  rpoMs: [rpoMs, rpoMs],
  lost: false,
})
const trial = (strategy: string, drills: DrillTimes[], fault = 'ransomware', uncounted = 0): Trial => ({
  ...{ strategy, fault, moment: 'at rest', mesh: 'istio', workload: 'ledger', drills, uncounted },
})
const answerOf = (trials: Trial[], choice: Partial<Choice>) => advise(trials, { ...any, ...choice })[0]

test('an objective that each drill meets is met, with the margin of the worst drill', () => {
  expect(answerOf([trial('a', [drill(8000), drill(9000, 400)])], { rtoMs: 10_000, rpoMs: 1000 })).toMatchObject({
    answer: 'meets',
    margin: 'RTO 900 ms, RPO 600 ms to spare',
    rto: '8–9.1 s',
    certainty: 'at least 2 a fault: kept in 22 % of cases or more (95 % sure)',
  })
})

test('one drill over an objective is enough to miss it, and the worst one is named', () => {
  const trials = [trial('a', [drill(8000), drill(12_000)]), trial('a', [drill(15_000)], 'outage')]
  expect(answerOf(trials, { rtoMs: 10_000 })).toMatchObject({
    answer: 'misses',
    margin: 'RTO 5 s over: outage',
    certainty: '2 of 3 drills',
  })
})

test('an objective within the interval of a drill is neither met nor missed', () => {
  expect(answerOf([trial('a', [drill(9950)])], { rtoMs: 10_000 })).toMatchObject({
    answer: 'unknown',
    certainty: 'not clear in 1 of 1 drill',
  })
})

test('an unmeasured figure meets no objective', () => {
  const blind: DrillTimes = { rtoMs: null, rpoMs: null, lost: false }
  expect(answerOf([trial('a', [blind])], { rtoMs: 10_000 })?.answer).toBe('unknown')
  expect(answerOf([trial('a', [blind])], {})?.answer).toBe('meets')
  expect(answerOf([trial('a', [], 'outage', 3)], {})).toMatchObject({ answer: 'unknown' })
})

test('a service that never came back misses the exceeded objectives, and leaves the others open', () => {
  const never: DrillTimes = { rtoMs: [30_000, null], rpoMs: [0, 0], lost: false }
  expect(answerOf([trial('a', [never])], { rtoMs: 20_000 })?.answer).toBe('misses')
  expect(answerOf([trial('a', [never])], { rtoMs: 40_000 })?.answer).toBe('unknown')
})

test('lost data misses every objective', () => {
  expect(answerOf([trial('a', [{ ...drill(1), lost: true }])], {})).toMatchObject({
    answer: 'misses',
    margin: 'the data did not come back: ransomware',
  })
})

test('the answer of a strategy is open if it was not drilled with a fault that others were drilled with', () => {
  const trials = [trial('a', [drill(1)]), trial('b', [drill(1)]), trial('b', [drill(1)], 'outage')]
  const answers = (choice: Partial<Choice>) =>
    advise(trials, { ...any, ...choice }).map(({ strategy, answer }) => [strategy, answer])
  expect(answers({})).toEqual([
    ['b', 'meets'],
    ['a', 'so far'],
  ])
  expect(answers({ faults: ['ransomware'] })).toEqual([
    ['a', 'meets'],
    ['b', 'meets'],
  ])
})

test('trials exclude controls and unseen effects, and distinguish lost from late', () => {
  const good = buildResult('a', 0, {})
  const late = replaceParts(buildResult('a', 1, { rpoMs: 300_000 }), part('rpo.over-objective'))
  const drills = [
    good,
    { ...late, verdict: 'fail' as const },
    loseData(buildResult('a', 2, {})),
    { ...good, verdict: 'inconclusive' as const },
    { ...good, tool: controlName('flips-bits') },
  ]
  const [only, ...others] = gatherTrials(drills)
  expect(others).toEqual([])
  expect(only).toMatchObject({ strategy: 'a/copy', fault: 'volume-loss', uncounted: 1 })
  expect(only?.drills.map(({ lost, rpoMs }) => [lost, rpoMs?.[0]])).toEqual([
    [false, 500],
    [false, 300_299],
    [true, 501],
  ])
})
