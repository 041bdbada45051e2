import { expect, test } from '@playwright/test'
import { judgeData } from '../../../../lib/verdict/ranking/data.ts'
import {
  measureCpu,
  measureFigure,
  measureMemory,
  measureRpo,
  measureRto,
  type MetricName,
  metrics,
} from '../../../../lib/verdict/ranking/metrics.ts'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import { nothingSeen } from '../../../../lib/verdict/describe-evidence.ts'
import type { DrillResult, Outcome } from '../../../../lib/verdict/result.ts'
import type { Part } from '../../../../lib/verdict/answer.ts'
import { buildResult, findEntry, loseData, part, repeat, replaceParts, summarisePlaces } from './builder.ts'

const whole = buildResult('tool', 0, {})

test('a tool that lost data ranks below all tools that lost none, even if it is fast', () => {
  const lossy = repeat('lossy', 20, { rtoMs: 1000, backupMs: 10, storedBytes: 1 }).map((drill, index) =>
    index === 7 ? loseData(drill) : drill,
  )
  const drills = [...lossy, ...repeat('slow', 20, { rtoMs: 40_000 }), ...repeat('fast', 20, { rtoMs: 20_000 })]
  expect(summarisePlaces(rankTools(drills))).toEqual([
    ['fast', 1, 1],
    ['slow', 2, 2],
    ['lossy', 3, 1],
  ])
  const entry = findEntry(rankTools(drills), 'lossy')
  expect(entry.integrity).toEqual({
    whole: 19,
    lost: 1,
    unknown: 0,
    lostAsExpected: 0,
    wholeShare: 0.95,
    lostWrites: 80,
    lostFiles: null,
    findings: 7,
  })
  expect(entry.because).toContain('lost data in 1 of 20 drills, so it ranks below all that lost none')
  expect(entry.performance.pairs.map(({ dominates }) => dominates)).toEqual([false, false])
})

test('of two tools that lost data, the one that lost it far more often ranks lower', () => {
  const loses = (tool: string, every: number) =>
    repeat(tool, 20, {}).map((drill, index) => (index % every === 0 ? loseData(drill) : drill))
  const ranking = rankTools([...loses('often', 1), ...loses('seldom', 20), ...repeat('never', 20, {})])
  expect(ranking.map(({ tool, place }) => [tool, place])).toEqual([
    ['never', 1],
    ['seldom', 2],
    ['often', 3],
  ])
  // Its other figures do not count: the speed of a tool that loses data is irrelevant.
  expect(findEntry(ranking, 'often').performance.rows[0]?.figures.map(({ text }) => text)).toEqual([
    '20 of 20',
    '20 of 20',
    '505 ms',
    ...Array.from({ length: 5 }, () => 'not measured'),
  ])
})

test('a tool that lost nothing reports the loss rate that is still possible', () => {
  const reasonAfter = (many: number) =>
    rankTools(repeat('tool', many, {}))[0]?.because.find((text) => text.startsWith('lost no'))
  expect(reasonAfter(1)).toBe('lost no data in 1 drill, which does not rule out a loss in up to 95 % of them')
  expect(reasonAfter(20)).toBe('lost no data in 20 drills, which does not rule out a loss in up to 14 % of them')
})

test('a stored size is zero or more, and unknown data gives no figure', () => {
  const figure = (name: MetricName, drill = whole) =>
    metrics.filter((metric) => metric.name === name).map((metric) => measureFigure(metric, [drill]).text)
  const storing = (storedBytes: number | null) => ({ ...whole, backup: { durationMs: 1, bytes: 1, storedBytes } })
  const stored = [0, 1024, -1, null].map((bytes) => figure('storedBytes', storing(bytes)))
  expect(figure('storedBytes', { ...whole, backup: null })).toEqual(['not measured'])
  const none = ['not measured']
  expect(stored).toEqual([['0 B'], ['1 KiB'], none, none])
  const unread = replaceParts(whole, part('rpo.unknown', 'unknown'))
  expect([whole, loseData(whole), unread].map((drill) => figure('lostData', drill))).toEqual([
    ['0 of 1'],
    ['1 of 1'],
    none,
  ])
})

const outcomes: [what: string, parts: Part[], outcome: string][] = [
  ['every record is right', [], 'whole'],
  ['a record is wrong', [part('integrity.lost')], 'lost'],
  ['more writes are lost than allowed', [part('rpo.over-objective')], 'lost'],
  ['a disturbed backup is damaged', [part('backup-content.damaged')], 'lost'],
  ['a disturbed backup is whole', [part('backup-content.whole')], 'whole'],
  ['a disturbed backup was not checked', [part('backup-content.not-checked')], 'unknown'],
  ['nothing was read back', [part('integrity.not-read')], 'unknown'],
  ['the loss is not known', [part('rpo.unknown')], 'unknown'],
  ['the backup failed and the data is present', [part('backup.failed')], 'whole'],
  ['the restore failed and nothing was read back', [part('restore.failed'), part('integrity.not-read')], 'lost'],
  ['the backup failed and the loss is not known', [part('backup.failed'), part('rpo.unknown')], 'lost'],
  [
    'the RTO objective was missed and the loss is not known',
    [part('rto.over-objective'), part('rpo.unknown')],
    'unknown',
  ],
]
for (const [what, parts, outcome] of outcomes) {
  test(`the data of a drill is "${outcome}" if ${what}`, () => {
    expect(judgeData(replaceParts(whole, ...parts))).toBe(outcome)
  })
}

for (const missing of ['integrity', 'rpo']) {
  test(`the data of a drill without the part "${missing}" is unknown`, () => {
    const parts = whole.parts.filter(({ question }) => question !== missing)
    expect(judgeData({ ...whole, parts })).toBe('unknown')
  })
}

test('the data of a drill is lost if the service did not recover and could not be read', () => {
  const unread = replaceParts(whole, part('rto.over-objective'), part('integrity.not-read'))
  expect(judgeData({ ...unread, evidence: { ...unread.evidence, outcome: 'does not recover' } })).toBe('lost')
})

test.describe('drills that are not recoverable', () => {
  const expecting = (outcome: Outcome | null, drill = whole): DrillResult => {
    const parts = [part('outcome.not-recoverable')]
    return { ...drill, rtoMs: null, rpo: null, parts, evidence: { ...nothingSeen, outcome } }
  }

  test('an expected loss does not count against the tool', () => {
    const outcomes = ['does not recover', 'survives', 'recovers with loss', null] as const
    expect(outcomes.map((outcome) => judgeData(expecting(outcome)))).toEqual([
      'lost as expected',
      'whole',
      'unknown',
      'unknown',
    ])
  })

  test('a tool that brings the data back unexpectedly ranks above one with an expected loss', () => {
    const cannot = repeat('cannot', 10, {}).map((drill) => expecting('does not recover', drill))
    const can = repeat('can', 10, {})
    const ranking = rankTools([...cannot, ...can])
    expect(summarisePlaces(ranking)).toEqual([
      ['can', 1, 1],
      ['cannot', 2, 2],
    ])
    expect(ranking[1]?.integrity).toMatchObject({ whole: 0, lost: 0, lostAsExpected: 10, wholeShare: 0 })
    expect(ranking[1]?.because).toContain('cannot bring the data back in 10 drills, as expected')
    expect(ranking[1]?.because.join()).not.toContain('lost no data')
  })
})

test.describe('figures', () => {
  test('RTO is the measured interval if the data came back', () => {
    expect(measureRto(whole)).toEqual({ low: 24_999, high: 25_001 })
    expect(measureRto(loseData(whole))).toBe(null)
  })

  test('RTO of a service that never came back has the observed time as its lower bound', () => {
    const away = (...parts: Part[]): DrillResult => {
      const drill = replaceParts(whole, part('rto.over-objective'), ...parts)
      const evidence = { ...drill.evidence, outcome: 'does not recover' as const, rtoAtLeastMs: 90_000 }
      return { ...drill, rtoMs: null, evidence }
    }
    expect(measureRto(away())).toEqual({ atLeast: 90_000 })
    expect(measureRto(away(part('integrity.lost')))).toEqual({ atLeast: 90_000 })
    expect(measureRto(away(part('course.interrupted', 'interrupted')))).toBe(null)
    expect(measureRto(replaceParts(away(), part('rto.clock-doubt', 'within the objective so far')))).toBe(null)
    const { evidence } = away()
    expect(measureRto({ ...away(), evidence: { ...evidence, rtoAtLeastMs: null } })).toBe(null)
    // The service came back at the end, at an unknown time.
    expect(measureRto({ ...away(), evidence: { ...evidence, outcome: null } })).toBe(null)
  })

  test('a tool without a recovered service ranks below a slow one', () => {
    const never = repeat('never', 10, {}).map((drill) => {
      const failed = replaceParts(drill, part('rto.over-objective', 'RTO is at least 61 s'))
      const evidence = { ...failed.evidence, outcome: 'does not recover' as const, rtoAtLeastMs: 61_000 }
      return { ...failed, verdict: 'fail' as const, reasons: ['RTO is at least 61 s'], rtoMs: null, evidence }
    })
    const ranking = rankTools([...never, ...repeat('slow', 10, { rtoMs: 70_000 })])
    expect(ranking.map(({ tool, place }) => [tool, place])).toEqual([
      ['slow', 1],
      ['never', 2],
    ])
    expect(ranking[1]?.because).toContainEqual(expect.stringMatching(/RTO on volume-loss .*, never against 70\.\d s/))
  })

  test('RPO is an interval between the earliest and the latest fault time', () => {
    expect(measureRpo(whole)).toEqual({ low: 500, high: 500 })
    const ageAtMost = (oldestLostAtMostMs: number): DrillResult => {
      const loss = { oldestLostAtMostMs } as DrillResult['evidence']['loss']
      return { ...whole, evidence: { ...whole.evidence, loss } }
    }
    expect(measureRpo(ageAtMost(620))).toEqual({ low: 500, high: 620 })
    expect(measureRpo(ageAtMost(400))).toEqual({ low: 500, high: 500 })
    expect(measureRpo({ ...whole, rpo: null })).toBe(null)
  })

  test('CPU is the sum over backup and restore, memory is the higher peak, and both need both operations', () => {
    expect([measureCpu(whole), measureMemory(whole)]).toEqual([2, 64 * 2 ** 20])
    const { backup, restore } = whole.resources
    const withUsage = (resources: DrillResult['resources'], changes: Partial<DrillResult> = {}) => {
      const drill = { ...whole, resources, ...changes }
      return [measureCpu(drill), measureMemory(drill)]
    }
    expect(withUsage({ backup, restore: null })).toEqual([null, null])
    expect(withUsage({ backup: null, restore })).toEqual([null, null])
    expect(withUsage({ backup, restore: null }, { restore: null })).toEqual([1, 64 * 2 ** 20])
    expect(withUsage({ backup: null, restore }, { backup: null })).toEqual([1, 32 * 2 ** 20])
    expect(withUsage({ backup: null, restore: null }, { backup: null, restore: null })).toEqual([null, null])
  })
})

test('lost writes and findings are the sums of the known values', () => {
  const integrityOf = (...drills: DrillResult[]) => rankTools(drills)[0]?.integrity
  const finding = { kind: 'torn' as const, file: 'data/0', offset: 0, detail: '' }
  const listed = {
    ...whole,
    id: 'b',
    integrity: { objects: 1, bytes: 1, findings: [finding] },
    evidence: { ...nothingSeen, findings: 1 },
  }
  expect(integrityOf(loseData(whole), listed, { ...whole, id: 'c', rpo: null })).toMatchObject({
    lostWrites: 8,
    findings: 8,
  })
  expect(integrityOf({ ...listed, rpo: null, evidence: nothingSeen })).toMatchObject({
    lostWrites: null,
    findings: null,
  })
})
