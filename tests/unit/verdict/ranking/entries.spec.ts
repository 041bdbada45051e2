import { expect, test } from '@playwright/test'
import { createRandom, shuffle } from '../../../../lib/verdict/statistics/random.ts'
import { rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import type { DrillResult } from '../../../../lib/verdict/result.ts'
import { buildResult, loseData, part, repeat, replaceParts } from './builder.ts'

test('drills that were skipped, are inconclusive or did not use the tool are listed as not counted', () => {
  const plain = buildResult('tool', 0, {})
  const skipped: DrillResult = { ...plain, id: 'b', verdict: 'skipped', reasons: ['no licence'] }
  const unproven: DrillResult = { ...plain, id: 'c', verdict: 'inconclusive', reasons: ['torn'], rtoMs: null }
  const parts = plain.parts.filter(({ question }) => question !== 'backup' && question !== 'restore')
  const without: DrillResult = { ...plain, id: 'd', parts }
  const nameless: DrillResult = { ...plain, id: 'e', tool: null }
  const [entry, unknown] = rankTools([without, skipped, unproven, plain, nameless])
  expect(entry?.drills).toEqual({
    pass: 1,
    fail: 0,
    unmeasured: [
      { id: 'b', verdict: 'skipped', reason: 'no licence' },
      { id: 'c', verdict: 'inconclusive', reason: 'torn' },
      { id: 'd', verdict: 'pass', reason: 'nothing was backed up or restored, so it shows nothing about the tool' },
    ],
  })
  expect(entry?.performance.rows).toMatchObject([{ drills: 1 }])
  expect(entry?.because).toContain('3 drills not counted, for example "b" (skipped): no licence')
  expect(unknown).toMatchObject({
    tool: null,
    place: null,
    drills: { pass: 0, unmeasured: [{ id: 'e', verdict: 'pass' }] },
  })
  expect(unknown?.because).toContain('none of its drills counts as measured, so it has no place')
  for (const axis of ['tool', 'strategy'])
    expect(rankTools([{ ...plain, [axis]: null }])[0]?.drills.unmeasured).toEqual([
      { id: plain.id, verdict: 'pass', reason: 'the drill does not name its tool' },
    ])
})

test('one repeated row is enough for a place', () => {
  const once = (tool: string) => buildResult(tool, 0, { fault: 'other' })
  const drills = [...repeat('kept', 20, {}), once('kept'), ...repeat('lost', 20, {}).map(loseData), once('lost')]
  expect(rankTools(drills).map(({ tool, place }) => [tool, place])).toEqual([
    ['kept', 1],
    ['lost', 2],
  ])
})

test('the order of the drills makes no difference', () => {
  const draw = createRandom(9)
  const drills = ['x', 'y', 'z'].flatMap((tool, index) =>
    ['a', 'b'].flatMap((fault) =>
      repeat(tool, 9, { fault, rtoMs: 20_000 + 4000 * index, storedBytes: 9000 - 3000 * index }).map((drill) => {
        const [chance, other] = [draw(), draw()]
        if (chance < 0.1) return loseData(drill)
        if (chance < 0.2) return { ...drill, verdict: 'inconclusive' as const, reasons: ['torn'] }
        return { ...drill, backup: { durationMs: other < 0.3 ? null : 3000 + other, bytes: 1000, storedBytes: 1000 } }
      }),
    ),
  )
  const ranking = rankTools(drills)
  for (let round = 0; round < 5; round++) expect(rankTools(shuffle(drills, draw))).toEqual(ranking)
  expect(JSON.parse(JSON.stringify(ranking))).toEqual(ranking)
})

test('equal entries are sorted by name', () => {
  const drills = ['b', 'a', 'c'].map((tool, index) => ({ ...buildResult(tool, 0, {}), id: String(index) }))
  expect(rankTools(drills).map(({ tool }) => tool)).toEqual(['a', 'b', 'c'])
})

test('rows are sorted by fault', () => {
  const drills = ['z', 'a', 'm'].map((fault, index) => ({ ...buildResult('tool', 0, { fault }), id: String(index) }))
  const [entry] = rankTools(drills)
  expect(entry?.performance.rows.map(({ condition }) => condition.fault)).toEqual(['a', 'm', 'z'])
})

test('simplicity is reported and does not change the order', () => {
  const drills = [...repeat('slow', 20, { rtoMs: 30_000 }), ...repeat('fast', 20, { rtoMs: 20_000 })]
  const counts = { definitions: 0, images: 1, privilegedPods: 0, permissions: 0, unboundedGrants: 0 }
  const facts = (tool: string, objects: number) => {
    return { tool, strategy: 'copy', manifests: { objects, ...counts }, effort: null, installMs: [] }
  }
  const ranking = rankTools(
    drills,
    [facts('slow', 1), facts('fast', 40), { ...facts('slow', 9), strategy: 'other' }].toReversed(),
  )
  expect(ranking.map(({ tool, simplicity }) => [tool, simplicity?.counts[0]])).toEqual([
    ['fast', { criterion: 'objects', count: 40, rank: 3, of: 3 }],
    ['slow', { criterion: 'objects', count: 1, rank: 1, of: 3 }],
  ])
  expect(rankTools(drills).map(({ simplicity }) => simplicity)).toEqual([null, null])
})

test('a failed drill that kept the data is reported and counts against the tool', () => {
  const failed = (drill: DrillResult): DrillResult => ({
    ...drill,
    verdict: 'fail',
    reasons: ['the mesh changed'],
    parts: replaceParts(drill, part('mesh.changed', 'the mesh changed')).parts,
  })
  const ranking = rankTools([...repeat('bad', 20, {}).map(failed), ...repeat('good', 20, {})])
  expect(ranking.map(({ tool, place }) => [tool, place])).toEqual([
    ['good', 1],
    ['bad', 2],
  ])
  expect(ranking[1]?.because).toEqual(
    expect.arrayContaining([
      'failed 20 of 20 drills, for example "bad.copy.volume-loss.0": the mesh changed',
      expect.stringMatching(/^worse than good\/copy by failed drills on .*, 20 of 20 against 0 of 20 \(p = /),
    ]),
  )
  expect(ranking[1]?.drills).toEqual({ pass: 0, fail: 20, unmeasured: [] })
})

const unread = (drill: DrillResult): DrillResult => ({
  ...replaceParts(drill, part('rpo.unknown', 'unknown'), part('rto.over-objective', 'exceeds')),
  verdict: 'fail',
  reasons: ['RTO exceeds'],
})

test('entries without a place are sorted by data: kept, lost, unknown', () => {
  const drills = [...repeat('a', 2, {}).map(unread), loseData(buildResult('b', 0, {})), buildResult('c', 0, {})]
  expect(rankTools(drills).map(({ tool, place }) => [tool, place])).toEqual([
    ['c', null],
    ['b', null],
    ['a', null],
  ])
})

test('a tool without known data outcomes has no place', () => {
  const ranking = rankTools([
    ...repeat('a', 5, {}).map(unread),
    ...repeat('b', 5, {}),
    ...repeat('c', 5, {}).map(loseData),
  ])
  expect(ranking.map(({ tool, place, performance }) => [tool, place, performance.front])).toEqual([
    ['b', 1, 1],
    ['c', 2, 1],
    ['a', null, null],
  ])
  expect(ranking[2]).toMatchObject({ integrity: { whole: 0, lost: 0, unknown: 5, wholeShare: null } })
  expect(ranking[2]?.because).toEqual(
    expect.arrayContaining([
      'whether data was lost is not known in 5 drills',
      'it has no place, because no drill shows whether data was lost',
    ]),
  )
  expect(rankTools(repeat('a', 5, {}).map(unread))[0]?.because[0]).toMatch(
    /no drill shows whether a tool kept the data/,
  )
})
