import { expect, test } from '@playwright/test'
import type { Fact } from '../../../../lib/record/facts.ts'
import { renderRanking } from '../../../../lib/report/page/ranking/section.ts'
import { renderPlaces } from '../../../../lib/report/ranking/words.ts'
import { checkSummary } from '../../../../lib/report/results.ts'
import { type RankingEntry, rankTools } from '../../../../lib/verdict/ranking/ranking.ts'
import type { Exposure } from '../../../../lib/verdict/result.ts'
import type { SimplicityFacts } from '../../../../lib/verdict/ranking/simplicity.ts'
import { summarise } from '../../../../lib/verdict/summarise.ts'
import { buildDrill, buildRun, change } from '../../verdict/facts-builder.ts'
import { buildResult, loseData, repeat } from '../../verdict/ranking/builder.ts'

const compared = [
  ...repeat('slow', 10, { rtoMs: 30_000, rpoMs: 502 }),
  ...repeat('fast', 10, { rtoMs: 20_000 }),
  ...repeat('lossy', 10, { rtoMs: 30_000 }).map(loseData),
]
const render = (ranking: RankingEntry[]) => String(renderRanking(ranking) ?? '')
const textOf = (html: string) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

test('a run’s summary ranks the drilled strategies, without controls and stand-ins', () => {
  const drill = (tool: string, repetition: number) =>
    change(buildDrill(`${tool}.${repetition}`), 'drill.planned', (fact) => ({
      ...fact,
      axes: { ...fact.axes, tool, repetition },
    }))
  const tools = ['velero', 'restic', 'control-backs-up-nothing', 'noop']
  const facts: Fact[] = buildRun(tools.flatMap((tool) => [drill(tool, 0), drill(tool, 1)]).flat())
  const summary = summarise({ facts, torn: [] })
  checkSummary(summary)
  expect(summary.ranking.map(({ tool, place, drills: { pass } }) => [tool, place, pass])).toEqual([
    ['restic', null, 2],
    ['velero', null, 2],
  ])
  const simulated = facts.map((fact) =>
    fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, provider: 'simulated' } } : fact,
  )
  expect(summarise({ facts: simulated, torn: [] }).ranking).toEqual([])
})

test('the schema knows every field of an entry', () => {
  const summary = summarise({ facts: buildRun(), torn: [] })
  const ranking = rankTools(compared)
  checkSummary({ ...summary, ranking })
  for (const changes of [{ place: 0 }, { place: '1' }, { extra: 1 }, { integrity: null }, { performance: {} }])
    expect(() => {
      checkSummary({ ...summary, ranking: ranking.map((entry) => ({ ...entry, ...changes })) })
    }, JSON.stringify(changes)).toThrow('does not keep to its schema')
})

test('the page shows places, reasons, and each figure with its interval, its n and its difference', () => {
  const html = render(rankTools(compared))
  const text = textOf(html)
  expect(text).toMatch(
    /1 fast\/copy 10 passed, 0 failed whole in 10 of 10 drills .* front 1 better than lossy\/copy, slow\/copy/,
  )
  expect(text).toMatch(
    /3 lossy\/copy 0 passed, 10 failed data lost in 10 of 10 drills .* front 1 of those who lost data/,
  )
  expect(text).toContain('better than slow/copy by RTO on volume-loss (istio, ledger), 20.1 s against 30.1 s (p = ')
  expect(text).not.toContain('shows no order')
  // The least, what is shown to be more, what is not shown to differ, and what does not count.
  const rows = html.slice(html.indexOf('<h4>')).split('<tr>').slice(2).map(textOf)
  expect(rows).toEqual([
    expect.stringMatching(/^ fast\/copy 0 of 10 0 of 10 502 ms ~ 501–503 ms, n = 10 20\.1 s 20\.0–20\.1 s, n = 10 /),
    expect.stringMatching(
      /^ slow\/copy 0 of 10 ~ 0 of 10 ~ 504 ms ~ 50\d–50\d ms, n = 10 30\.1 s ▲ 30\.1–30\.2 s, n = 10 /,
    ),
    expect.stringMatching(/^ lossy\/copy 10 of 10 ▲ 10 of 10 ▲ .* not measured/),
  ])
  expect(html).toContain('<b class="best">20.1 s</b>')
})

test('a ranking without an order says so once, at the top', () => {
  const html = render(rankTools([buildResult('a', 0, {}), buildResult('b', 0, {})]))
  expect(html.match(/The ranking shows no order: no drill was repeated with two of the tools/g)).toHaveLength(1)
  expect(html).not.toContain('the ranking shows no order')
  expect(textOf(html)).toContain('no place too few drills to tell it from b/copy')
  expect(renderRanking([])).toBe(null)
})

test('a row of one strategy is shown only if it was repeated', () => {
  const conditions = (many: number) => textOf(render(rankTools(repeat('only', many, {})))).includes('fault by fault')
  expect([1, 2].map(conditions)).toEqual([false, true])
})

test('simplicity is shown by its rubric, with the manual work of a user', () => {
  const effort = {
    configuration: [{ what: 'a <Secret>', lines: 9 }],
    firstBackup: ['kubectl apply'],
    restore: [],
    source: 'a.ts',
  }
  const manifests = { objects: 3, definitions: 0, images: 1, privilegedPods: 0, permissions: 6, unboundedGrants: 0 }
  const facts = (tool: string, objects: number): SimplicityFacts => {
    return { tool, strategy: 'copy', manifests: { ...manifests, objects }, effort, installMs: [14_000] }
  }
  const html = render(rankTools(compared, [facts('fast', 40), facts('slow', 4)]))
  const text = textOf(html)
  expect(text).toContain('40 objects 9 lines to write 1 + 0 steps')
  // They differ in objects, and are alike in all else.
  expect(html.slice(html.indexOf('Simplicity, counted')).match(/<b class="best">\d+/g)).toEqual(['<b class="best">4'])
  expect(text).toContain(
    'What a user of fast/copy does by hand To write: a &lt;Secret&gt;: 9 lines To a first backup: kubectl apply',
  )
  expect(text).toContain('14 s')
  expect(text).toContain('not recorded')
})

test('the terminal shows the places, and the reason if there is no order', () => {
  expect(
    renderPlaces(rankTools(compared))
      .split('\n')
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['place', 'strategy', 'drills', 'data', 'performance', 'simplicity'],
    ['1', 'fast/copy', '10 passed, 0 failed', 'whole in 10 of 10 drills', 'front 1', 'not recorded'],
    ['2', 'slow/copy', '10 passed, 0 failed', 'whole in 10 of 10 drills', 'front 2', 'not recorded'],
    [
      '3',
      'lossy/copy',
      '0 passed, 10 failed',
      'data lost in 10 of 10 drills',
      'front 1 of those who lost data',
      'not recorded',
    ],
  ])
  const one = renderPlaces(rankTools([buildResult('a', 0, {}), buildResult('b', 0, {})])).split('\n')
  expect(one[1]).toMatch(/^– {6}a\/copy/)
  expect(one.at(-1)).toMatch(/^the ranking shows no order: /)
  expect(renderPlaces(rankTools(repeat('only', 10, {})))).toBe('')
})

test('the page shows what a reader of the store can read, for each strategy that was searched', () => {
  const exposed = (tool: string, exposure: { data: Exposure | null; secrets: Exposure | null }) => {
    const drill = buildResult(tool, 0, {})
    return { ...drill, backup: drill.backup && { ...drill.backup, exposure } }
  }
  const entries = rankTools([
    exposed('a', { data: 'published key', secrets: 'readable' }),
    exposed('b', { data: 'not readable', secrets: 'not readable' }),
    exposed('c', { data: null, secrets: null }),
    buildResult('d', 0, {}),
  ])
  const html = render(entries)
  const rows = html.slice(html.indexOf('id="exposure"')).split('<tr>').slice(2).map(textOf)
  expect(rows).toEqual([
    expect.stringMatching(
      /^ a\/copy readable encrypted, with a key that everyone knows readable as stored, or after decompression/,
    ),
    expect.stringMatching(/^ b\/copy not readable no known text is in any object not readable /),
    expect.stringMatching(/^ c\/copy not known, or not in the store not known/),
  ])
  expect(render(rankTools([buildResult('d', 0, {})]))).not.toContain('exposure')
})

test('a strategy shows the worst of what its drills found in the store', () => {
  const seen = (['not readable', 'readable', 'published key', null] as const).map((data, repetition) => {
    const drill = buildResult('a', repetition, {})
    return { ...drill, backup: drill.backup && { ...drill.backup, exposure: { data, secrets: null } } }
  })
  expect(rankTools(seen)[0]?.exposure).toEqual({ data: 'readable', secrets: null })
  expect(rankTools([buildResult('a', 0, {})])[0]?.exposure).toBeNull()
})
