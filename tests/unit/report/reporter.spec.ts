import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FullConfig, Suite } from '@playwright/test/reporter'
import type { Fact } from '../../../lib/record/facts.ts'
import DrillReporter from '../../../lib/report/reporter.ts'
import { aiming } from '../verdict/fact-edits.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const cli = fileURLToPath(import.meta.resolve('@playwright/test/cli'))
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const reporter = fileURLToPath(new URL('../../../lib/report/reporter.ts', import.meta.url))

/** Runs tests under the reporter, in a run whose facts are there already. */
async function runTests(tests: string, facts: Fact[], args: string[] = []) {
  const folder = newFolder()
  symlinkSync(modules, join(folder, 'node_modules'))
  const run = join(folder, 'results', 'run-1')
  mkdirSync(run, { recursive: true })
  writeFileSync(join(run, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  const config = { workers: 1, reporter: [[reporter]], outputDir: join(folder, 'out') }
  writeFileSync(join(folder, 'playwright.config.ts'), `export default ${JSON.stringify(config)}`)
  writeFileSync(join(folder, 'some.spec.ts'), `import { test } from '@playwright/test'\n${tests}`)
  // The inner runner must not see the variables of the outer one: it would act as its worker.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PLAYWRIGHT|PW|TEST_|NODE_OPTIONS|FORCE_COLOR)/.test(name),
  )
  const env = {
    ...Object.fromEntries(own),
    NO_COLOR: '1',
    MESHDRILL_RUN_DIR: run,
    XDG_CACHE_HOME: join(folder, 'cache'),
  }
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, 'test', '--config', folder, ...args],
      { env, cwd: folder },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr })
      },
    )
  })
  return { code, output, run }
}

const annotated = (title: string, drill: string, body = '', wanted = '') => {
  const annotations = [
    { type: 'drill', description: drill },
    ...(wanted === '' ? [] : [{ type: 'verdict', description: wanted }]),
  ]
  return `test(${JSON.stringify(title)}, { annotation: ${JSON.stringify(annotations)} }, async () => {${body}})\n`
}
const failing = (drill: string) => aiming({ rtoMs: 1 })(buildDrill(drill))

/** What the reporter makes of tests that Playwright ended, without a runner: what it prints, and the status that it asks for. */
async function conclude(
  tests: { title: string; drill: string; outcome?: 'expected' | 'flaky' }[],
  facts: Fact[],
  prepare: (results: string) => void = () => undefined,
) {
  const results = join(newFolder(), 'results')
  const run = join(results, 'run-1')
  mkdirSync(run, { recursive: true })
  prepare(results)
  writeFileSync(join(run, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  const cases = tests.map(({ title, drill, outcome = 'expected' }) => ({
    annotations: [{ type: 'drill', description: drill }],
    results: [],
    titlePath: () => ['', 'drills', 'some.spec.ts', title],
    outcome: () => outcome,
  }))
  const printed: string[] = []
  const reporter = new DrillReporter({
    say: (text) => printed.push(text),
    runFolder: run,
    usual: join(run, 'usual.json'),
  })
  reporter.onBegin({} as FullConfig, { allTests: () => cases } as unknown as Suite)
  const { status } = await reporter.onEnd({ status: 'passed', startTime: new Date(0), duration: 0 })
  return { status, output: printed.join('\n'), run }
}

test('steps, drills, the report and the counts are printed, and a control with a failed tool passes', async () => {
  const drill = annotated('drill', 'd1', `await test.step('restore: ledger', async () => {})`)
  const tests = [drill, annotated('control', 'd2', '', 'fail'), `test.skip('other', () => {})`].join('')
  const { code, output, run } = await runTests(tests, buildRun([...buildDrill('d1'), ...failing('d2')]))
  expect(output).toMatch(/… restore: ledger\n {2}✓ restore: ledger \(\d+ ms\)/)
  expect(output).toMatch(/d1 +pass +7\.9 s–8\.0 s +0 of 441 writes lost/)
  expect(output).toContain(`report: ${join(run, 'report.html')}`)
  expect(output.trim().split('\n').at(-1)).toBe('2 passed, 0 failed, 1 skipped')
  expect(code).toBe(0)
  expect(existsSync(join(run, 'summary.json'))).toBe(true)
  expect(readlinkSync(join(run, '..', 'latest'))).toBe('run-1')
})

test('a passed test does not pass the run if the facts contradict it, or if it passed only in a retry', async () => {
  const tests = [
    annotated('slow', 'd1'),
    annotated('gone', 'd2'),
    annotated('control', 'd3', '', 'fail'),
    annotated('repeated', 'd5', `if (test.info().retry === 0) throw new Error('verdict: fail')`),
  ].join('')
  const facts = buildRun([...failing('d1'), ...buildDrill('d3'), ...failing('d4'), ...buildDrill('d5')])
  const { code, output } = await runTests(tests, facts, ['--retries=1'])
  expect(output).toMatch(/slow" passed, but drill "d1" is fail, not pass/)
  expect(output).toMatch(/gone" passed, but drill "d2" left no facts/)
  expect(output).toMatch(/control" passed, but drill "d3" is pass, not fail/)
  expect(output).toMatch(/drill "d4" is fail, and no test answers for it/)
  expect(output).toMatch(/failed: ".*repeated" passed only when it was tried again/)
  expect(output.trim().split('\n').at(-1)).toBe('0 passed, 4 failed, 0 skipped')
  expect(code).toBe(1)
})

test('a run with a test that the facts contradict must fail', async () => {
  const { status, output } = await conclude([{ title: 'slow', drill: 'd1' }], buildRun(failing('d1')))
  expect(output).toMatch(/slow" passed, but drill "d1" is fail, not pass/)
  expect(output.trim().split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped')
  expect(status).toBe('failed')
})

test('a run with facts that cannot be judged must fail', async () => {
  const { status, output } = await conclude([{ title: 'other', drill: 'd1' }], buildRun().slice(1))
  expect(output).toMatch(/could not be judged: .*run\.started/)
  expect(status).toBe('failed')
})

test('a run passes with a warning if results/latest is a folder, for example from an archive', async () => {
  const { status, output, run } = await conclude([{ title: 'drill', drill: 'd1' }], buildRun(), (results) => {
    mkdirSync(join(results, 'latest'))
    writeFileSync(join(results, 'latest', 'report.html'), 'of an earlier run')
  })
  expect(output).toMatch(/warning: ".*latest" does not point at the newest run: a folder of that name is there/)
  expect(output).toContain('1 passed, 0 failed, 0 skipped')
  expect(status).toBe(undefined)
  expect(existsSync(join(run, 'summary.json'))).toBe(true)
  expect(readFileSync(join(run, '..', 'latest', 'report.html'), 'utf8')).toBe('of an earlier run')
})

for (const [facts, what] of [
  [buildDrill('d1'), 'passed'],
  [failing('d1'), 'failed'],
] as const)
  test(`a run must fail if a test passed only in a retry and its drill ${what}`, async () => {
    const { status, output } = await conclude([{ title: 'drill', drill: 'd1', outcome: 'flaky' }], buildRun([...facts]))
    expect(output).toMatch(/failed: ".*drill" passed only when it was tried again/)
    expect(output.trim().split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped')
    expect(status).toBe('failed')
  })
