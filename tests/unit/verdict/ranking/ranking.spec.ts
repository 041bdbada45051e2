import { expect, test } from '@playwright/test'
import { leastP } from '../../../../lib/verdict/statistics/mann-whitney.ts'
import { decision } from '../../../../lib/verdict/statistics/contrast.ts'
import { createRandom } from '../../../../lib/verdict/statistics/random.ts'
import { metrics } from '../../../../lib/verdict/ranking/metrics.ts'
import { rankTools, selectRanked } from '../../../../lib/verdict/ranking/ranking.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import { findDifference, findEntry, loseData, repeat, summarisePlaces } from './builder.ts'

test('a run without drills has an empty ranking', () => {
  expect(rankTools([])).toEqual([])
})

test('a tool that is better in one figure and worse in none ranks higher', () => {
  const drills = [...repeat('slow', 20, { rtoMs: 30_000 }), ...repeat('fast', 20, { rtoMs: 20_000 })]
  expect(summarisePlaces(rankTools(drills))).toEqual([
    ['fast', 1, 1],
    ['slow', 2, 2],
  ])
  const { because } = findEntry(rankTools(drills), 'fast')
  expect(because).toContainEqual(
    expect.stringMatching(/^better than slow\/copy by RTO on volume-loss \(istio, ledger\), 20\.\d s against 30\.\d s/),
  )
  expect(findEntry(rankTools(drills), 'slow').because).toContainEqual(
    expect.stringMatching(/^worse than fast\/copy by RTO/),
  )
})

test('equal tools share a place above a worse one', () => {
  const drills = [...repeat('slow', 10, { rtoMs: 30_000 }), ...repeat('a', 10, {}), ...repeat('b', 10, {})]
  expect(summarisePlaces(rankTools(drills))).toEqual([
    ['a', 1, 1],
    ['b', 1, 1],
    ['slow', 3, 2],
  ])
})

for (const metric of ['rpoMs', 'backupMs', 'cpuSeconds', 'memoryBytes', 'storedBytes'] as const) {
  test(`${metric} decides the order like RTO`, () => {
    const drills = [...repeat('much', 10, { [metric]: 5000 }), ...repeat('little', 10, { [metric]: 1000 })]
    expect(summarisePlaces(rankTools(drills))).toEqual([
      ['little', 1, 1],
      ['much', 2, 2],
    ])
  })
}

test('a tool that is better in one figure and worse in another shares the front', () => {
  const drills = [
    ...repeat('fast', 20, { rtoMs: 20_000, storedBytes: 9000 }),
    ...repeat('small', 20, { rtoMs: 30_000, storedBytes: 1000 }),
    ...repeat('neither', 20, { rtoMs: 30_000, storedBytes: 9000 }),
  ]
  expect(summarisePlaces(rankTools(drills))).toEqual([
    ['fast', 1, 1],
    ['small', 1, 1],
    ['neither', 3, 2],
  ])
  expect(findEntry(rankTools(drills), 'fast').because).toContain('shares place 1 with small/copy: no order is shown')
})

test('a difference that may be chance does not decide the order', () => {
  const draw = createRandom(2)
  const drills = ['one', 'other'].flatMap((tool) =>
    repeat(tool, 20, {}).map((drill) => ({
      ...drill,
      rtoMs: { low: 20_000 * (1 + draw()), high: 20_000 * (1 + draw()) + 20_000 },
    })),
  )
  const ranking = rankTools(drills)
  expect(ranking.map(({ place }) => place)).toEqual([null, null])
  expect(ranking[0]?.because).toEqual(
    expect.arrayContaining([
      'the ranking shows no order: no difference between the tools is shown',
      'no difference to other/copy is shown',
    ]),
  )
})

test('a figure with too few values decides nothing and prevents dominance', () => {
  const seldom = (drills: DrillResult[]) =>
    drills.map((drill, index) =>
      index < 3 ? drill : { ...drill, backup: { durationMs: null, bytes: 1000, storedBytes: 1000 } },
    )
  const drills = [...repeat('slow', 20, { rtoMs: 30_000 }), ...seldom(repeat('fast', 20, { rtoMs: 20_000 }))]
  expect(rankTools(drills).map(({ place }) => place)).toEqual([null, null])
  expect(findEntry(rankTools(drills), 'fast').because).toContainEqual(
    '1 of 8 figures have too few values to distinguish it from slow/copy, for example backup time on volume-loss (istio, ledger): ' +
      'n too small: 3 and 20 values (17 more were not measured); at least 5 are needed',
  )
})

test('a figure that only one tool measured is not compared', () => {
  const blind = (drills: DrillResult[]) =>
    drills.map((drill) => ({ ...drill, backup: drill.backup && { ...drill.backup, storedBytes: null } }))
  const drills = [...repeat('slow', 20, { rtoMs: 30_000 }), ...blind(repeat('fast', 20, { rtoMs: 20_000 }))]
  expect(summarisePlaces(rankTools(drills)).map(([tool]) => tool)).toEqual(['fast', 'slow'])
  expect(findEntry(rankTools(drills), 'fast').performance.pairs).toMatchObject([{ compared: 7, tooFew: 0 }])
})

test('a worse figure before the correction prevents dominance', () => {
  const faults = ['a', 'b', 'c', 'd', 'e', 'f']
  const drills = faults.flatMap((fault) => [
    ...repeat('fast', 20, { rtoMs: 20_000, fault }),
    ...repeat('slow', 20, { rtoMs: 30_000, fault }),
  ])
  const few = [...repeat('fast', 7, { storedBytes: 9000 }), ...repeat('slow', 7, { storedBytes: 1000 })]
  expect(summarisePlaces(rankTools(drills))).toHaveLength(2)
  expect(rankTools(drills).map(({ place }) => place)).toEqual([1, 2])
  const ranking = rankTools([...drills, ...few])
  expect(ranking.map(({ place }) => place)).toEqual([null, null])
  expect(findDifference(ranking, 'fast', 'storedBytes')).toMatchObject({
    verdict: '~',
    looksWorse: true,
    tooFew: false,
  })
})

test('six values a side cannot show any difference', () => {
  const ranking = rankTools([...repeat('slow', 6, { rtoMs: 30_000 }), ...repeat('fast', 6, { rtoMs: 20_000 })])
  expect(ranking.map(({ place }) => place)).toEqual([null, null])
  expect(findEntry(ranking, 'fast').performance.pairs).toMatchObject([{ compared: 8, tooFew: 8, differences: [] }])
})

test('p is corrected for all comparisons of two tools, once for each pair', () => {
  const ranking = rankTools([...repeat('slow', 10, { rtoMs: 30_000 }), ...repeat('fast', 10, { rtoMs: 20_000 })])
  // No tool lost data or failed a drill: these two metrics cannot show a difference and cost nothing.
  const p = (metrics.length - 2) * leastP(10, 10)
  expect(findDifference(ranking, 'fast', 'rtoMs')).toMatchObject({
    verdict: 'less',
    delta: -1,
    tooFew: false,
    looksWorse: false,
  })
  expect(findDifference(ranking, 'fast', 'rtoMs')?.p).toBeCloseTo(p, 12)
  expect(findDifference(ranking, 'slow', 'rtoMs')).toMatchObject({ verdict: 'greater', delta: 1, looksWorse: true })
  expect(findDifference(ranking, 'slow', 'rtoMs')?.p).toBeCloseTo(p, 12)
})

test('a difference that one comparison would show is not shown among many comparisons', () => {
  const faults = Array.from({ length: 4 }, (_, index) => `fault-${index}`)
  const drills = (size: number) =>
    faults.flatMap((fault) => [
      ...repeat('slow', size, { rtoMs: fault === 'fault-0' ? 30_000 : 25_000, fault }),
      ...repeat('fast', size, { rtoMs: fault === 'fault-0' ? 20_000 : 25_000, fault }),
    ])
  const shown = (size: number) => findEntry(rankTools(drills(size)), 'slow').performance.pairs[0]?.differences
  expect(6 * faults.length * leastP(7, 7)).toBeGreaterThan(decision.familyAlpha)
  expect(shown(7)).toMatchObject([{ metric: 'rtoMs', verdict: '~', looksWorse: true }])
  expect(shown(7)?.[0]?.reason).toMatch(
    /^no difference is shown: p = 0.014, delta 1.00 \(large\); p under 0.005 is needed$/,
  )
  expect(shown(10)).toMatchObject([{ metric: 'rtoMs', verdict: 'greater', looksWorse: true }])
})

test('drills are compared only with drills of the same fault', () => {
  const drills = [
    ...repeat('fast', 20, { rtoMs: 20_000, fault: 'a' }),
    ...repeat('slow', 20, { rtoMs: 30_000, fault: 'b' }),
  ]
  const ranking = rankTools(drills)
  expect(ranking.map(({ place }) => place)).toEqual([null, null])
  expect(findEntry(ranking, 'fast').because).toEqual(
    expect.arrayContaining([
      'shares no fault with slow/copy, so they are not compared',
      'was not measured, unlike others, on b (istio, ledger)',
    ]),
  )
  const meshes = [...repeat('fast', 20, { rtoMs: 20_000 }), ...repeat('slow', 20, { rtoMs: 30_000 })].map((drill) =>
    drill.tool === 'fast' ? { ...drill, mesh: 'none' } : drill,
  )
  expect(rankTools(meshes)[0]?.performance.pairs[0]?.conditions).toEqual([])
})

test('a tool that is better on one fault and worse on another does not dominate', () => {
  const drills = ['a', 'b'].flatMap((fault) => [
    ...repeat('one', 20, { rtoMs: fault === 'a' ? 20_000 : 30_000, fault }),
    ...repeat('other', 20, { rtoMs: fault === 'a' ? 30_000 : 20_000, fault }),
  ])
  expect(rankTools(drills).map(({ place }) => place)).toEqual([null, null])
})

test('tools that dominate each other in a circle share a front', () => {
  const wins = (fault: string, winner: string, loser: string) => [
    ...repeat(winner, 20, { rtoMs: 20_000, fault }),
    ...repeat(loser, 20, { rtoMs: 30_000, fault }),
  ]
  const ranking = rankTools([...wins('a', 'x', 'y'), ...wins('b', 'y', 'z'), ...wins('c', 'z', 'x')])
  expect(ranking.map(({ performance }) => performance.front)).toEqual([1, 1, 1])
  expect(ranking.map(({ place }) => place)).toEqual([null, null, null])
})

test('a single tool has no place, and the reason is given', () => {
  const [entry, ...others] = rankTools(repeat('only', 20, {}))
  expect(others).toEqual([])
  expect(entry).toMatchObject({ tool: 'only', strategy: 'copy', place: null })
  expect(entry?.because[0]).toBe('the ranking shows no order: only one tool and strategy was measured')
})

test('one drill a row shows no order', () => {
  const ranking = rankTools([...repeat('kept', 1, { rtoMs: 20_000 }), ...repeat('lost', 1, {}).map(loseData)])
  expect(ranking.map(({ tool, place }) => [tool, place])).toEqual([
    ['kept', null],
    ['lost', null],
  ])
  const reason =
    'the ranking shows no order: no drill was repeated with two of the tools: one drill a row cannot distinguish a difference from chance'
  expect(ranking.map(({ because }) => because[0])).toEqual([reason, reason])
  const once = [...repeat('kept', 1, {}), ...repeat('lost', 20, {}).map(loseData)]
  expect(rankTools(once).map(({ place, because }) => [place, because[0]])).toEqual([
    [null, reason],
    [null, reason],
  ])
  // Each tool repeated a row, but not the same one.
  const apart = [...repeat('kept', 20, { fault: 'one' }), ...repeat('lost', 20, { fault: 'other' }).map(loseData)]
  const together = [...repeat('kept', 1, { fault: 'other' }), ...repeat('lost', 1, { fault: 'one' }).map(loseData)]
  expect(rankTools([...apart, ...together]).map(({ place, because }) => [place, because[0]])).toEqual([
    [null, reason],
    [null, reason],
  ])
  const others = rankTools([...once, ...repeat('also', 20, {})])
  expect(others.map(({ tool, place }) => [tool, place])).toEqual([
    ['also', 1],
    ['lost', 2],
    ['kept', null],
  ])
  expect(others[2]?.because).toContain('it has no place, because none of its rows was repeated')
  const twice = [...repeat('kept', 2, {}), ...repeat('lost', 2, {}).map(loseData)]
  expect(rankTools(twice).map(({ place }) => place)).toEqual([1, 2])
})

test('strategies of one tool are ranked separately', () => {
  const drills = [
    ...repeat('tool', 20, { rtoMs: 30_000 }),
    ...repeat('tool', 20, { rtoMs: 20_000 }).map((drill) => ({ ...drill, id: `s.${drill.id}`, strategy: 'snapshot' })),
  ]
  expect(rankTools(drills).map(({ strategy, place }) => [strategy, place])).toEqual([
    ['snapshot', 1],
    ['copy', 2],
  ])
})

test('controls, stand-ins and simulated runs are not ranked', () => {
  const drills = [...repeat('velero', 2, {}), ...repeat('control-backs-up-nothing', 2, {}), ...repeat('noop', 2, {})]
  const ranked = (provider: string) => [...new Set(selectRanked(drills, { provider }).map(({ tool }) => tool))]
  expect(ranked('embedded')).toEqual(['velero'])
  expect(ranked('simulated')).toEqual([])
  expect(ranked('noop')).toEqual([])
})
