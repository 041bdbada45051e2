import { expect, test } from '@playwright/test'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import { nothingSeen } from '../../../../lib/verdict/describe-evidence.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import { buildResult, findEntry, loseData, type Measured, part, repeat, replaceParts } from './builder.ts'

const kept = 'lost no data in 10 drills, which does not rule out a loss in up to 26 % of them'
const reasonsOf = (drills: DrillResult[], tool: string) => findEntry(rankTools(drills), tool).because

test('the reasons name the figures in which a tool is better or worse', () => {
  const drills = [...repeat('fast', 10, { rtoMs: 20_000 }), ...repeat('slow', 10, { rtoMs: 30_000 })]
  const where = 'RTO on volume-loss (istio, ledger)'
  expect(reasonsOf(drills, 'fast')).toEqual([
    kept,
    `better than slow/copy by ${where}, 20.1 s against 30.1 s (p = 6.5e-5, delta -1.00 (large))`,
  ])
  expect(reasonsOf(drills, 'slow')).toEqual([
    kept,
    `worse than fast/copy by ${where}, 30.1 s against 20.1 s (p = 6.5e-5, delta 1.00 (large))`,
  ])
})

const units: [measured: Measured, better: Measured, words: string][] = [
  [{ rpoMs: 2000 }, { rpoMs: 1000 }, 'RPO on volume-loss (istio, ledger), 1.0 s against 2.0 s'],
  [{ backupMs: 9000 }, { backupMs: 600 }, 'backup time on volume-loss (istio, ledger), 603 ms against 9.0 s'],
  [{ cpuSeconds: 4 }, { cpuSeconds: 2 }, 'CPU on volume-loss (istio, ledger), 2.0 s against 4.0 s'],
  [{ memoryBytes: 2 ** 21 }, { memoryBytes: 2 ** 20 }, 'memory on volume-loss (istio, ledger), 1 MiB against 2 MiB'],
  [{ storedBytes: 4096 }, { storedBytes: 512 }, 'stored on volume-loss (istio, ledger), 514.3 B against 4 KiB'],
]
for (const [measured, better, words] of units) {
  test(`the reasons name ${words}`, () => {
    const drills = [...repeat('b', 10, measured), ...repeat('a', 10, better)]
    expect(reasonsOf(drills, 'a')[1]).toContain(`better than b/copy by ${words} (p = `)
  })
}

test('the reasons name equal tools and differences in both directions', () => {
  const drills = [
    ...repeat('fast', 10, { rtoMs: 20_000, backupMs: 2000, storedBytes: 9000 }),
    ...repeat('small', 10, { rtoMs: 30_000, storedBytes: 1000 }),
    ...repeat('neither', 10, { rtoMs: 30_000, storedBytes: 9000 }),
  ]
  const texts = reasonsOf(drills, 'fast').map((text) =>
    text.replaceAll(/ on volume-loss \(istio, ledger\)|\(p = .*?\)\)/g, ''),
  )
  expect(texts).toEqual([
    'shares place 1 with small/copy: no order is shown',
    kept,
    'better than neither/copy by RTO, 20.1 s against 30.1 s ; by backup time, 2.0 s against 3.0 s ',
    'better than small/copy by RTO, 20.1 s against 30.1 s ; by backup time, 2.0 s against 3.0 s ',
    'worse than small/copy by stored, 8.8 KiB against 1004.5 B ',
  ])
  // The last of the three does not share its place.
  expect(reasonsOf(drills, 'neither')[0]).toBe(kept)
})

test('the reasons list the first of many differences and the number of the others', () => {
  const worse = { rtoMs: 30_000, backupMs: 9000, cpuSeconds: 9, memoryBytes: 2 ** 30, storedBytes: 9000 }
  const [text] = reasonsOf([...repeat('a', 10, {}), ...repeat('b', 10, worse)], 'a').filter((each) =>
    each.startsWith('better'),
  )
  expect(text?.split('; by ').map((each) => each.replace(/ on .*/, ''))).toEqual([
    'better than b/copy by RTO',
    'backup time',
    'CPU',
    'memory',
    '1 more',
  ])
})

test('without an order, the reasons name missing differences, small samples and missing drills', () => {
  const few = repeat('few', 3, {}).map((drill) => ({
    ...drill,
    backup: null,
    evidence: { ...drill.evidence, storedBytes: null },
  }))
  const drills = [...few, ...repeat('many', 10, {}), ...repeat('many', 2, { fault: 'other' })]
  expect(reasonsOf(drills, 'few')).toEqual([
    'the ranking shows no order: no difference between the tools is shown',
    'lost no data in 3 drills, which does not rule out a loss in up to 64 % of them',
    'no difference to many/copy is shown',
    '6 of 6 figures have too few values to distinguish it from many/copy, for example drills with data lost on volume-loss (istio, ledger): ' +
      'n too small: 3 and 10 values; at least 5 are needed',
    'was not measured, unlike others, on other (istio, ledger)',
  ])
  expect(reasonsOf(drills, 'many')).not.toContainEqual(expect.stringMatching(/was not measured/))
})

test('the reasons name lost, unknown and expected losses', () => {
  const unread = (drill: DrillResult): DrillResult => ({
    ...replaceParts(drill, part('rpo.unknown', 'unknown'), part('rto.over-objective', 'exceeds')),
    verdict: 'fail',
    reasons: ['RTO exceeds'],
  })
  const expected = (drill: DrillResult): DrillResult => {
    const evidence = { ...nothingSeen, outcome: 'does not recover' as const }
    return { ...drill, rtoMs: null, rpo: null, parts: [part('outcome.not-recoverable')], evidence }
  }
  const drill = (index: number) => buildResult('tool', index, {})
  expect(reasonsOf([drill(0), loseData(drill(1)), unread(drill(2)), expected(drill(3))], 'tool')).toEqual([
    'the ranking shows no order: only one tool and strategy was measured',
    'lost data in 1 of 2 drills, so it ranks below all that lost none',
    'cannot bring the data back in 1 drill, as expected',
    'whether data was lost is not known in 1 drill',
    'failed 2 of 4 drills, for example "tool.copy.volume-loss.1": 7 findings, first lost in "data/0" at 0',
  ])
  expect(reasonsOf([drill(0), expected(drill(1)), expected(drill(2))], 'tool').slice(1)).toEqual([
    'lost no data in 1 drill, which does not rule out a loss in up to 95 % of them',
    'cannot bring the data back in 2 drills, as expected',
  ])
})

test('the reasons say that a failed drill recorded no reason', () => {
  const drill: DrillResult = { ...buildResult('tool', 0, {}), verdict: 'fail' }
  expect(reasonsOf([drill], 'tool')).toContain(
    'failed 1 of 1 drills, for example "tool.copy.volume-loss.0": no reason was recorded',
  )
})

test('drills without a tool, fault, mesh or reason are described as unknown', () => {
  const drill: DrillResult = { ...buildResult('tool', 0, {}), strategy: null, verdict: 'inconclusive' }
  const [entry] = rankTools([drill])
  expect(entry?.because).toEqual([
    'the ranking shows no order: no drill shows whether a tool kept the data',
    'none of its drills counts as measured, so it has no place',
    '1 drill not counted, for example "tool.copy.volume-loss.0" (inconclusive): no reason is given',
  ])
  const bare = ['a', 'b'].map((tool) => ({ ...buildResult(tool, 0, {}), mesh: null, fault: null, workload: null }))
  const six = [...bare, ...repeat('b', 1, {})]
  expect(reasonsOf(six, 'a')).toContainEqual(
    expect.stringContaining(
      'for example drills with data lost on unknown fault (unknown mesh, unknown workload): n too',
    ),
  )
})
