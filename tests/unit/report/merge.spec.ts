import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { runCommandLine } from '../../../lib/runner/command-line.ts'
import type { Fact, RunDescription } from '../../../lib/record/facts.ts'
import { readFacts } from '../../../lib/record/read.ts'
import { writeResults } from '../../../lib/report/results.ts'
import type { Summary } from '../../../lib/verdict/summarise.ts'
import { drawScenario } from '../../../lib/simulation/scenario.ts'
import { writeSimulation } from '../../../lib/simulation/events.ts'
import { newFolder } from '../in-folder.ts'

/** A run of simulated drills, each of a row of its own. */
async function makeRun(...seeds: number[]): Promise<string> {
  const folder = newFolder()
  await writeSimulation(
    join(folder, 'events.jsonl'),
    seeds.map((seed) => drawScenario(seed)),
  )
  return folder
}

function change(folder: string, replace: (fact: Fact) => Fact[]): void {
  const file = join(folder, 'events.jsonl')
  const facts = readFacts(file).facts.flatMap(replace)
  writeFileSync(file, facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
}

const changeRun = (folder: string, over: Partial<RunDescription>): void => {
  change(folder, (fact) => [fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, ...over } } : fact])
}

async function merge(...folders: string[]) {
  const results = newFolder()
  const said: string[] = []
  const complained: string[] = []
  const terminal = { say: (text: string) => said.push(text), complain: (text: string) => complained.push(text) }
  const code = await runCommandLine(['merge', ...folders], terminal, results)
  const made = readdirSync(results).find((name) => name !== 'latest')
  const folder = made === undefined ? null : join(results, made)
  const read = (file: string) => readFileSync(join(folder ?? results, file), 'utf8')
  const summary = folder === null ? null : (JSON.parse(read('summary.json')) as Summary)
  return { code, said: said.join('\n'), complained: complained.join('\n'), folder, summary, read }
}

const verdicts = (summary: Summary | null) =>
  summary?.drills.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))

test('two shards make one run, with the verdicts of both and one report', async () => {
  const [one, other] = [await makeRun(0, 1), await makeRun(2, 3)]
  const alone = [one, other].map((folder) => writeResults(folder))
  const { code, said, folder, summary, read } = await merge(one, other)
  expect(code).toBe(0)
  expect(verdicts(summary)).toEqual(alone.flatMap(verdicts))
  expect(summary?.run.merged?.runs.map(({ id, drills }) => [id, drills])).toEqual([
    ['simulated-0', 2],
    ['simulated-2', 2],
  ])
  expect(summary?.run).toMatchObject({ provider: 'simulated', seed: null, nodes: 1 })
  expect(said).toContain(`report: ${join(folder ?? '', 'report.html')}`)
  expect(said).toMatch(/beware: seed differs: 0 \(.*\), 2 \(/)
  expect(read('report.html')).toContain('Merged of 2 runs: simulated-0 (2 drills), simulated-2 (2 drills)')
  expect(read('../latest/summary.json')).toBe(read('summary.json'))
})

test('a row that two runs drilled is drilled twice: the later run has its next repetition', async () => {
  const [one, other] = [await makeRun(4), await makeRun(4)]
  change(other, (fact) => [{ ...fact, at: fact.at + 1 }])
  const [id = ''] = verdicts(writeResults(one))?.map((drill) => drill.id) ?? []
  const { said, summary } = await merge(one, other)
  const next = summary?.drills.at(-1)?.id ?? ''
  expect(summary?.drills.map((drill) => drill.id)).toEqual([id, next])
  expect(next).not.toBe(id)
  expect(summary?.drills.map(({ repetition }) => repetition)).toEqual([4, 5])
  expect(next.endsWith('.5')).toBe(true)
  expect(said).toMatch(new RegExp(`beware: drill ${id} of .* is ${next} here`))
})

test('different clusters, machines and versions are reported, and their figures are kept apart', async () => {
  const [one, other] = [await makeRun(0), await makeRun(1)]
  const version = (folder: string, text: string) => {
    const component = { kind: 'run.component' as const, name: 'istio', version: text, source: `built as ${text}` }
    change(folder, (fact) => (fact.kind === 'run.ended' ? [{ ...component, at: fact.at }, fact] : [fact]))
  }
  version(one, '1.31.1')
  version(other, '1.30.4')
  changeRun(one, { seed: 7 })
  changeRun(other, { seed: 7, kubernetes: 'v1.36.3', nodes: 3, machine: { cpus: 8, memoryBytes: 1 } })
  const { said, summary, read } = await merge(one, other)
  expect(summary?.run).toMatchObject({ seed: 7, kubernetes: 'none, v1.36.3', nodes: null, machine: null })
  expect(summary?.run.components.istio).toEqual({
    version: '1.31.1, 1.30.4',
    source: 'built as 1.31.1, built as 1.30.4',
  })
  for (const what of ['Kubernetes', 'nodes', 'machine', 'istio']) {
    expect(said).toContain(`beware: ${what} differs: `)
    expect(read('report.html')).toContain(`<li>${what} differs: `)
  }
  expect(said).not.toContain('seed differs')
})

test('a merged run with an unfinished source has no end', async () => {
  const [one, other] = [await makeRun(0), await makeRun(1)]
  change(other, (fact) => (fact.kind === 'run.ended' ? [] : [fact]))
  const { said, summary } = await merge(one, other)
  expect(summary?.run.durationMs).toBeNull()
  expect(summary?.run.merged?.runs.map(({ durationMs }) => durationMs === null)).toEqual([false, true])
  expect(said).toMatch(/beware: .* did not come to its end/)
})

test('a torn line counts against its possible drills, and not against those of other runs', async () => {
  const [one, other] = [await makeRun(0), await makeRun(1)]
  appendFileSync(join(other, 'events.jsonl'), '{"kind":"pro')
  const alone = [one, other].map((folder) => writeResults(folder))
  const { summary } = await merge(one, other)
  const torn = (drills?: Summary['drills']) =>
    drills?.map(({ reasons }) => reasons.some((one) => /cannot be read at line|cut off/.test(one)))
  expect(torn(summary?.drills)).toEqual([false, true])
  expect(torn(alone.flatMap(({ drills }) => drills))).toEqual([false, true])
})

test('merged runs can be merged again, and name their sources', async () => {
  const [one, two, three] = [await makeRun(0), await makeRun(1), await makeRun(2)]
  const first = await merge(one, two)
  const { summary } = await merge(first.folder ?? '', three)
  expect(summary?.run.merged?.runs.map(({ id }) => id)).toEqual(['simulated-0', 'simulated-1', 'simulated-2'])
  expect(summary?.drills).toHaveLength(3)
})

test.describe('nothing is written', () => {
  const refused = async (complaint: string | RegExp, ...folders: string[]) => {
    const { code, complained, folder } = await merge(...folders)
    expect({ code, folder }).toEqual({ code: 2, folder: null })
    expect(complained).toMatch(complaint)
  }

  test('a merge of no run, of one run, or of one run twice writes nothing', async () => {
    const one = await makeRun(0)
    const copy = newFolder()
    writeFileSync(join(copy, 'events.jsonl'), readFileSync(join(one, 'events.jsonl')))
    await refused(/^npx meshdrill merge needs the folders of at least two runs/, one)
    await refused(/there is no run in ".*nowhere"/, one, join(one, 'nowhere'))
    await refused(/are the same run, "simulated-0"/, one, copy)
  })

  test('a merge of another schema, or of simulated and measured facts, writes nothing', async () => {
    const [one, other, newer] = [await makeRun(0), await makeRun(1), newFolder()]
    mkdirSync(newer, { recursive: true })
    const text = readFileSync(join(other, 'events.jsonl'), 'utf8')
    writeFileSync(join(newer, 'events.jsonl'), text.replace('meshdrill/events@1', 'meshdrill/events@2'))
    await refused(/have schema "meshdrill\/events@2"/, one, newer)
    changeRun(other, { provider: 'embedded' })
    await refused(/was simulated: it must not stand among what was measured/, one, other)
  })
})
