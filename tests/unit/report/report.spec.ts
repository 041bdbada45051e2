import { expect, test } from '@playwright/test'
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MESH_ASPECTS, type DrillFact, type Fact, type MeshAspect } from '../../../lib/record/facts.ts'
import { findContradictions } from '../../../lib/report/claims.ts'
import { checkSummary, pointLatestAt, writeResults, renderCsv } from '../../../lib/report/results.ts'
import { renderFigures } from '../../../lib/report/page/drill.ts'
import { renderDrills } from '../../../lib/report/terminal.ts'
import { drawTimeline } from '../../../lib/report/pictures/timeline.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { summarise, type Summary } from '../../../lib/verdict/summarise.ts'
import { aiming, drop } from '../verdict/fact-edits.ts'
import { buildDrill, buildRun, change, startMs } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const hostile = '<script>alert(1)</script>&"\''

function makeRun(facts: Fact[], name = 'run-1'): string {
  const folder = join(newFolder(), name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  return folder
}

const read = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8')

test('a run becomes summary, table and page, and judging it again gives the same', () => {
  const folder = makeRun(buildRun())
  const summary = writeResults(folder)
  expect(JSON.parse(read(folder, 'summary.json'))).toEqual(JSON.parse(JSON.stringify(summary)))
  expect(summary).toMatchObject({
    schema: 'meshdrill/summary@2',
    run: { id: 'run-1', startedAt: startMs, durationMs: 41_000, components: { velero: { version: 'v1.17.0' } } },
    drills: [{ id: 'd1', verdict: 'pass', rtoMs: { low: 7940, high: 8005 } }],
    ranking: [{ tool: 'velero', place: null }],
  })
  const first = read(folder, 'summary.json')
  writeResults(folder)
  expect(read(folder, 'summary.json')).toBe(first)
})

test('the page needs no other file', () => {
  const folder = makeRun(buildRun())
  writeResults(folder)
  const page = read(folder, 'report.html')
  expect(page).toContain('<svg')
  expect(page).toContain('content="default-src &#39;none&#39;; ')
  expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\/|<link|@import|src=/)
})

test('an interrupted run is summarised, with null for unknown figures', () => {
  const cut = buildRun().slice(0, 12)
  const summary = writeResults(makeRun(cut))
  expect(summary).toMatchObject({
    run: { durationMs: null },
    drills: [
      { verdict: 'inconclusive', rtoMs: null, rpo: null, restore: null, integrity: null, meshState: null, load: null },
    ],
  })
})

test('an unmeasured figure is null in the summary and empty in the table, never 0', () => {
  const bare = judgeDrill(buildDrill().slice(0, 1))
  expect(bare).toMatchObject({ rtoMs: null, rpo: null, backup: null, resources: { backup: null, restore: null } })
  const [head = '', row = ''] = renderCsv([bare]).split('\r\n')
  const measured = row.split(',').slice(head.split(',').indexOf('acknowledgedWrites'))
  expect(measured.filter((field) => field === '0')).toEqual(['0'])
  expect(head.split(',')[row.split(',').indexOf('0')]).toBe('rpoObjectiveMs')
})

test('the terminal shows only the first reasons of an interrupted drill, and the number of the others', () => {
  const cut = judgeDrill(buildDrill().slice(0, 1))
  const lines = renderDrills([cut]).split('\n')
  expect(lines.filter((line) => line.startsWith(`${cut.id}: `))).toHaveLength(5)
  expect(lines.at(-1)).toContain(`… and ${cut.reasons.length - 4} reasons more`)
  const four = { ...cut, reasons: ['one', 'two', 'three', 'four', 'five'] }
  expect(renderDrills([four])).toContain('five')
})

test('text from outside is escaped in page, picture, table and terminal', () => {
  const facts = change(buildDrill(), 'fault.observed', (fact) => ({ ...fact, fault: hostile, evidence: hostile }))
  const named = change(facts, 'fault.requested', (fact) => ({ ...fact, fault: hostile }))
  const folder = makeRun(buildRun(change(named, 'note', (note) => ({ ...note, text: hostile }))))
  writeResults(folder)
  expect(read(folder, 'report.html')).not.toContain('<script>alert')
  expect(drawTimeline(named)).toContain('&lt;script')
  const result = judgeDrill(buildDrill())
  const differing = { ...result, meshState: { equal: false, differences: [hostile], notOffered: [] } }
  expect(String(renderFigures(differing))).toContain('&lt;script')
  expect(renderDrills([{ ...result, id: 'a\u001b[2Jb' }])).not.toContain('\u001b')
})

test('commas, quotes and line ends stay within their field of the CSV', () => {
  const line = renderCsv([{ ...judgeDrill(buildDrill()), reasons: ['a, "b"\nc'] }])
  expect(line).toContain(',"a, ""b""\nc"\r\n')
})

test('a drill with few facts or none still has its pictures', () => {
  const facts = buildDrill()
  for (let kept = 1; kept <= facts.length; kept += 4) expect(drawTimeline(facts.slice(0, kept))).toContain('</svg>')
  expect(drawTimeline([])).toContain('</svg>')
  const latest = drawTimeline(facts)
  for (const named of ['fault: volume-loss', 'backup 3 s', 'restore 5 s', 'provision', 'no answer', 'memory (MiB)'])
    expect(latest).toContain(named)
})

const breakages: [what: string, edit: (summary: Summary) => unknown][] = [
  ['not a number', (s) => withDrill(s, { rtoMs: { low: NaN, high: 1 } })],
  ['negative time', (s) => withDrill(s, { rtoMs: { low: -1, high: 1 } })],
  ['field missing', ({ run, drills, schema }) => ({ run, drills, schema })],
  ['unknown field', (s) => ({ ...s, extra: 1 })],
  ['unknown verdict', (s) => withDrill(s, { verdict: 'passed' })],
  ['failure without a reason', (s) => withDrill(s, { verdict: 'fail' })],
  ['pass with a reason', (s) => withDrill(s, { reasons: ['RTO'] })],
  ['pass without RTO', (s) => withDrill(s, { rtoMs: null })],
  ['pass without integrity', (s) => withDrill(s, { integrity: null })],
]
function withDrill(summary: Summary, changes: object): object {
  return { ...summary, drills: summary.drills.map((drill) => ({ ...drill, ...changes })) }
}
for (const [what, edit] of breakages) {
  test(`a summary that does not match its schema is an error: ${what}`, () => {
    const summary = summarise({ facts: buildRun(), torn: [] })
    checkSummary(summary)
    expect(() => {
      checkSummary(edit(summary))
    }).toThrow('does not keep to its schema')
  })
}

test('facts that cannot be read leave no results behind', () => {
  const folder = makeRun(buildRun().slice(1))
  expect(() => writeResults(folder)).toThrow('run.started')
  expect(existsSync(join(folder, 'summary.json'))).toBe(false)
  const other: Fact[] = buildRun().map((fact) =>
    fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, id: 'run-2' } } : fact,
  )
  expect(() => writeResults(makeRun([...buildRun(), ...other]))).toThrow('more than one run')
})

test('latest points at the last run, by a relative path', () => {
  const folder = makeRun(buildRun())
  const latest = join(folder, '..', 'latest')
  pointLatestAt(folder)
  expect(readlinkSync(latest)).toBe('run-1')
  mkdirSync(join(folder, '..', 'run-2'))
  pointLatestAt(join(folder, '..', 'run-2/'))
  expect(readlinkSync(latest)).toBe('run-2')
})

test('a passed test with a failed drill is detected', () => {
  const drills = [
    buildDrill('good'),
    aiming({ rtoMs: 1 })(buildDrill('bad')),
    drop('resources')(buildDrill('dim')),
  ].map((facts: DrillFact[]) => judgeDrill(facts))
  const claim = (drill: string, wanted: 'pass' | 'fail' = 'pass', passed = true) => ({
    title: `test ${drill}`,
    passed,
    drills: [drill],
    wanted,
  })
  const find = (...claims: ReturnType<typeof claim>[]) => findContradictions(claims, drills).map(({ reason }) => reason)
  expect(find(claim('good'), claim('bad', 'pass', false), claim('dim', 'pass', false))).toEqual([])
  expect(find(claim('good'), claim('bad', 'fail'), claim('dim', 'pass', false))).toEqual([])
  expect(find(claim('good'), claim('bad'), claim('dim'))).toEqual([
    'test "test bad" passed, but drill "bad" is fail, not pass',
    'test "test dim" passed, but drill "dim" is inconclusive, not pass',
  ])
  expect(find(claim('good', 'fail'), claim('bad', 'fail'), claim('dim', 'fail'))).toEqual([
    'test "test good" passed, but drill "good" is pass, not fail',
    'test "test dim" passed, but drill "dim" is inconclusive, not fail',
  ])
  expect(find(claim('good'), claim('gone'), claim('bad', 'fail'))).toEqual([
    'test "test gone" passed, but drill "gone" left no facts',
    'drill "dim" is inconclusive, and no test answers for it',
  ])
})

test('the report names the state that a mesh does not offer, and the state that was compared', () => {
  const facts = (notOffered: MeshAspect[]) =>
    change(buildDrill(), 'mesh.state', (fact) => ({ ...fact, state: { ...fact.state, notOffered } }))
  const told = (...notOffered: MeshAspect[]) => String(renderFigures(judgeDrill(facts(notOffered))))
  expect(told('configuration', 'accessLogLines')).toContain('as before; not offered: proxy configuration, access log')
  expect(told(...MESH_ASPECTS)).toContain(
    '>not offered: proxy configuration, identities, policies, metrics, access log<',
  )
})
