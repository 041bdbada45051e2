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

test('who lost data stands behind all who lost none, however fast', () => {
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
    findings: 7,
  })
  expect(entry.because).toContain('lost data in 1 of 20 drills, so it stands above nobody who lost none')
  expect(entry.performance.pairs.map(({ dominates }) => dominates)).toEqual([false, false])
})

test('of those who lost data, who lost it far oftener stands behind', () => {
  const loses = (tool: string, every: number) =>
    repeat(tool, 20, {}).map((drill, index) => (index % every === 0 ? loseData(drill) : drill))
  const ranking = rankTools([...loses('often', 1), ...loses('seldom', 20), ...repeat('never', 20, {})])
  expect(ranking.map(({ tool, place }) => [tool, place])).toEqual([
    ['never', 1],
    ['seldom', 2],
    ['often', 3],
  ])
  // What else was measured of it counts for nothing: how fast is it that one loses data?
  expect(findEntry(ranking, 'often').performance.rows[0]?.figures.map(({ text }) => text)).toEqual([
    '20 of 20',
    '20 of 20',
    '505 ms',
    ...Array.from({ length: 5 }, () => 'not measured'),
  ])
})

test('how much is not ruled out is said of those who lost nothing', () => {
  const saying = (many: number) =>
    rankTools(repeat('tool', many, {}))[0]?.because.find((text) => text.startsWith('lost no'))
  expect(saying(1)).toBe('lost no data in 1 drill, which does not rule out a loss in up to 95 % of them')
  expect(saying(20)).toBe('lost no data in 20 drills, which does not rule out a loss in up to 14 % of them')
})

test('what a drill stores is a size from nothing on, and what became of unknown data is no figure', () => {
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
  ['all was read back and right', [], 'whole'],
  ['a finding', [part('integrity.lost')], 'lost'],
  ['more lost than allowed', [part('rpo.over-objective')], 'lost'],
  ['a false claim', [part('backup-content.damaged')], 'lost'],
  ['a claim that holds', [part('backup-content.whole')], 'whole'],
  ['a claim that nobody looked at', [part('backup-content.not-checked')], 'unknown'],
  ['not read back', [part('integrity.not-read')], 'unknown'],
  ['a loss that is not known', [part('rpo.unknown')], 'unknown'],
  ['a backup that failed, and data that is there', [part('backup.failed')], 'whole'],
  ['a restore that failed, and nothing to read', [part('restore.failed'), part('integrity.not-read')], 'lost'],
  ['a backup that failed, and nothing to read', [part('backup.failed'), part('rpo.unknown')], 'lost'],
  ['an RTO that was missed, and nothing to read', [part('rto.over-objective'), part('rpo.unknown')], 'unknown'],
]
for (const [what, parts, outcome] of outcomes) {
  test(`data: ${what}: ${outcome}`, () => {
    expect(judgeData(replaceParts(whole, ...parts))).toBe(outcome)
  })
}

for (const missing of ['integrity', 'rpo']) {
  test(`data of a drill without a part "${missing}" is unknown`, () => {
    const parts = whole.parts.filter(({ question }) => question !== missing)
    expect(judgeData({ ...whole, parts })).toBe('unknown')
  })
}

test('data: a service that did not come back, and could not be read: lost', () => {
  const unread = replaceParts(whole, part('rto.over-objective'), part('integrity.not-read'))
  expect(judgeData({ ...unread, evidence: { ...unread.evidence, outcome: 'does not recover' } })).toBe('lost')
})

test.describe('where nothing is expected to bring the state back', () => {
  const expecting = (outcome: Outcome | null, drill = whole): DrillResult => {
    const parts = [part('outcome.not-recoverable')]
    return { ...drill, rtoMs: null, rpo: null, parts, evidence: { ...nothingSeen, outcome } }
  }

  test('that it is so is no loss that counts against the tool, and that it is not is none at all', () => {
    const outcomes = ['does not recover', 'survives', 'recovers with loss', null] as const
    expect(outcomes.map((outcome) => judgeData(expecting(outcome)))).toEqual([
      'lost as expected',
      'whole',
      'unknown',
      'unknown',
    ])
  })

  test('who brings it back all the same stands above, and whom it is expected of is told so', () => {
    const cannot = repeat('cannot', 10, {}).map((drill) => expecting('does not recover', drill))
    const can = repeat('can', 10, {})
    const ranking = rankTools([...cannot, ...can])
    expect(summarisePlaces(ranking)).toEqual([
      ['can', 1, 1],
      ['cannot', 2, 2],
    ])
    expect(ranking[1]?.integrity).toMatchObject({ whole: 0, lost: 0, lostAsExpected: 10, wholeShare: 0 })
    expect(ranking[1]?.because).toContain('cannot bring the data back in 10 drills, as was expected')
    expect(ranking[1]?.because.join()).not.toContain('lost no data')
  })
})

test.describe('figures', () => {
  test('RTO is the interval, where the data came back', () => {
    expect(measureRto(whole)).toEqual({ low: 24_999, high: 25_001 })
    expect(measureRto(loseData(whole))).toBe(null)
  })

  test('RTO of a service that never came back is at least as long as it was watched', () => {
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
    // It came back in the end, and it is not known when.
    expect(measureRto({ ...away(), evidence: { ...evidence, outcome: null } })).toBe(null)
  })

  test('a tool after which the service never came back stands behind one that is slow', () => {
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

  test('RPO reaches from the earliest to the latest time of the fault, where that is known', () => {
    expect(measureRpo(whole)).toEqual({ low: 500, high: 500 })
    const ageAtMost = (oldestLostAtMostMs: number): DrillResult => {
      const loss = { oldestLostAtMostMs } as DrillResult['evidence']['loss']
      return { ...whole, evidence: { ...whole.evidence, loss } }
    }
    expect(measureRpo(ageAtMost(620))).toEqual({ low: 500, high: 620 })
    expect(measureRpo(ageAtMost(400))).toEqual({ low: 500, high: 500 })
    expect(measureRpo({ ...whole, rpo: null })).toBe(null)
  })

  test('CPU adds up over backup and restore, memory takes the higher peak, and half of it is no measure', () => {
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

test('lost writes and findings are added up where they are known', () => {
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
