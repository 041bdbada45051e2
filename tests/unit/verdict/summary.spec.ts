import { expect, test } from '@playwright/test'
import type { Fact } from '../../../lib/record/facts.ts'
import { checkSummary } from '../../../lib/report/results.ts'
import { groupByDrill, summarise } from '../../../lib/verdict/summarise.ts'
import { buildDrill, buildRun, startMs } from './facts-builder.ts'

const two = [...buildDrill('d1'), ...buildDrill('d2')].toSorted((one, other) => one.at - other.at)
const only = (...kinds: Fact['kind'][]) => buildRun().filter(({ kind }) => kinds.includes(kind))
const ending = (...times: number[]): Fact[] => [
  ...buildRun().filter(({ kind }) => kind !== 'run.ended'),
  ...times.map((at): Fact => ({ kind: 'run.ended', at })),
]

test('a summary describes the run, its duration and its components', () => {
  const { run, schema } = summarise({ facts: buildRun(), torn: [] })
  expect(schema).toBe('meshdrill/summary@2')
  expect(run).toEqual({
    id: 'run-1',
    seed: 7,
    provider: 'embedded',
    kubernetes: 'v1.34.0',
    nodes: 2,
    machine: { cpus: 2, memoryBytes: 8 * 2 ** 30 },
    startedAt: startMs,
    durationMs: 41_000,
    components: { velero: { version: 'v1.17.0', source: 'built from source' } },
  })
})

test('a run has a duration only if its last recorded end is after its start', () => {
  const lasted = (...times: number[]) => summarise({ facts: ending(...times), torn: [] }).run.durationMs
  expect([lasted(), lasted(startMs - 1), lasted(startMs), lasted(startMs + 9, startMs + 7)]).toEqual([null, null, 0, 7])
})

test('a summary needs the facts of one run, which may have been started twice', () => {
  expect(() => summarise({ facts: buildDrill(), torn: [] })).toThrow('the facts do not start with "run.started"')
  const again = buildRun().map((fact): Fact =>
    fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, id: 'run-2' } } : fact,
  )
  expect(() => summarise({ facts: [...buildRun(), ...again], torn: [] })).toThrow(
    'the facts belong to more than one run',
  )
  expect(summarise({ facts: [...only('run.started'), ...buildRun()], torn: [] }).run.id).toBe('run-1')
})

test('each drill is judged by its own facts, in the order of their starts', () => {
  expect([...groupByDrill(buildRun(two))]).toEqual([
    ['d1', two.filter(({ drill }) => drill === 'd1')],
    ['d2', two.filter(({ drill }) => drill === 'd2')],
  ])
  const { drills } = summarise({ facts: buildRun(two), torn: [] })
  expect(drills.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['d1', 'pass'],
    ['d2', 'pass'],
  ])
})

test('an unreadable line counts against its drill, or against all drills if its drill is not known', () => {
  const reasons = (text: string) =>
    summarise({ facts: buildRun(two), torn: [{ line: 9, text }] }).drills.map((drill) => drill.reasons.join())
  const torn = 'events.jsonl cannot be read at line 9'
  expect(reasons('{"kind":"note","at":1,"drill":"d2","te')).toEqual(['', torn])
  expect(reasons('{"kind":"no')).toEqual([torn, torn])
  expect(reasons('{"kind":"run.ended","a')).toEqual(['', ''])
})

test('a tool is ranked with its user effort, and a simulated run has no ranking', () => {
  const { ranking } = summarise({ facts: buildRun(), torn: [] })
  expect(ranking).toMatchObject([{ tool: 'velero', strategy: 'file-copy', place: null }])
  expect(ranking[0]?.simplicity?.counts).toContainEqual({ criterion: 'objects', count: 22, rank: null, of: 1 })
  const simulated = buildRun().map((fact): Fact =>
    fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, provider: 'simulated' } } : fact,
  )
  expect(summarise({ facts: simulated, torn: [] }).ranking).toEqual([])
})

test('the summary does not contain the random id of a run, which only merging needs', () => {
  const uid = '3f0c7a52-5f6e-4a36-9d0e-5b8f0a1c2d3e'
  const part = { id: 'run-0', seed: 7, provider: 'kind', kubernetes: 'v1', nodes: 1, machine: null }
  const runs = [{ ...part, uid, startedAt: startMs, durationMs: 1, drills: 1, drillIds: { d1: 'd1' } }]
  const facts = buildRun().map((fact): Fact =>
    fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, uid, merged: { runs, told: [] } } } : fact,
  )
  const summary = summarise({ facts, torn: [] })
  checkSummary(summary)
  expect(JSON.stringify(summary)).not.toContain(uid)
  expect(summary.run.merged?.runs).toEqual([{ ...part, startedAt: startMs, durationMs: 1, drills: 1 }])
})
