import { expect, test } from '@playwright/test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../../lib/runner/command-line.ts'
import type { DrillFact, Fact } from '../../../lib/record/facts.ts'
import { drawTimeline } from '../../../lib/report/pictures/timeline.ts'
import { buildDrill, buildRun, change } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const toText = (facts: Fact[]): string => facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')

async function judge(content: string) {
  const folder = newFolder()
  writeFileSync(join(folder, 'events.jsonl'), content)
  const [said, complained]: [string[], string[]] = [[], []]
  const terminal = { say: (text: string) => said.push(text), complain: (text: string) => complained.push(text) }
  const code = await runCommandLine(['judge', folder], terminal)
  const files = readdirSync(folder)
  const page = files.includes('report.html') ? readFileSync(join(folder, 'report.html'), 'utf8') : ''
  return { code, said: said.join('\n'), complained: complained.join('\n'), files, page }
}

test('with a line of another program, the report counts the unreadable lines and names the drill in doubt', async () => {
  const lines = toText(buildRun([...buildDrill('d1'), ...buildDrill('d2')])).split('\n')
  const { code, said, page } = await judge(lines.toSpliced(20, 0, '{"level":"info","msg":"hello"}').join('\n'))
  expect(code).toBe(0)
  const told =
    '1 line of events.jsonl could not be read: line 21 (it has no kind). 1 drill cannot pass because of it: d1.'
  expect(said).toContain(`beware: ${told}`)
  expect(page).toContain(told)
  expect(said).toMatch(/d1 +inconclusive/)
  expect(said).toMatch(/d2 +pass/)
})

test('the first of many unreadable lines are named, and all are counted', async () => {
  const { code, said } = await judge(toText(buildRun()) + 'garbage\n'.repeat(3000))
  expect(code).toBe(0)
  expect(said).toMatch(
    /beware: 3000 lines of events\.jsonl could not be read: line 33 \(.*\) and 2990 more\. 1 drill cannot/,
  )
})

test('a run that ended before its first fact cannot be judged, and the error gives the reason', async () => {
  for (const content of ['', '\n\n']) {
    const { code, complained, files } = await judge(content)
    expect(code).toBe(2)
    expect(complained).toMatch(/^there are no facts in ".*events\.jsonl": the run ended before it recorded anything$/)
    expect(files).toEqual(['events.jsonl'])
  }
})

test('facts without the start of their run are an error, and no results are written', async () => {
  for (const content of [toText(buildRun().slice(1)), '{"kind":"run.star', 'garbage\n', '\0'.repeat(512)]) {
    const { code, complained, files } = await judge(content)
    expect(code).toBe(2)
    expect(complained).toMatch(/^the facts do not start with "run\.started", so the run is not known$/)
    expect(files).toEqual(['events.jsonl'])
  }
})

test('a run with an invalid start date is judged, and the page says so', async () => {
  for (const at of [1e18, -1e300, 8.64e15 + 1]) {
    const facts = buildRun().map((fact): Fact => (fact.kind.startsWith('run.') ? { ...fact, at } : fact))
    const { code, complained, page } = await judge(toText(facts))
    expect({ code, complained }).toEqual({ code: 0, complained: '' })
    expect(page).toContain(`at ${at} ms, which is not a valid date`)
  }
})

test('invalid dates within facts give a verdict other than pass, and a picture', async () => {
  const huge = (at: number) => (facts: DrillFact[]) =>
    change(facts, 'probes', (fact) => ({
      ...fact,
      samples: fact.samples.map(([, answered, right]) => [at, answered, right]),
    }))
  for (const at of [1e18, 1e20, 1e300]) {
    const facts = huge(at)(buildDrill())
    expect(drawTimeline(facts)).toContain('</svg>')
    const { code, said } = await judge(toText(buildRun(facts)))
    expect(code).toBe(0)
    expect(said).not.toMatch(/d1 +pass/)
  }
})
