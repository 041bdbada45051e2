import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DrillFact, Fact } from '../../../lib/record/facts.ts'
import { aiming } from '../verdict/fact-edits.ts'
import { buildDrill } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const cli = fileURLToPath(import.meta.resolve('@playwright/test/cli'))
const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export interface Ended {
  code: number
  output: string
}

/** Runs Playwright as a user does, in an environment without the variables of the runner that runs this test. */
export function playwright(folder: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(PLAYWRIGHT|PW|TEST_|NODE_OPTIONS|MESHDRILL_|FORCE_COLOR|CI$)/.test(name),
  )
  // Real runs of this machine hold the lock of the usual name.
  const all = { ...Object.fromEntries(own), NO_COLOR: '1', MESHDRILL_LOCK: randomUUID(), ...env }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], { env: all, cwd: folder }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr })
    })
  })
}

/** Tests with the set-up, the judgement and the reporter of the drills, and a lab of their own, which writes what it does. */
export function makeSuite(spec: string, facts: Fact[] = []) {
  const folder = newFolder()
  symlinkSync(root('node_modules'), join(folder, 'node_modules'))
  const run = join(folder, 'results', 'run-1')
  mkdirSync(run, { recursive: true })
  if (facts.length > 0)
    writeFileSync(join(run, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  const config = {
    workers: 1,
    fullyParallel: true,
    failOnFlakyTests: true,
    reporter: [[root('lib/report/reporter.ts')]],
    outputDir: join(folder, 'out'),
    globalSetup: root('tests/global-setup.ts'),
    globalTeardown: [root('tests/judgement.ts')],
    projects: [
      { name: 'lab', testMatch: 'lab.setup.ts', teardown: 'end of the lab' },
      { name: 'end of the lab', testMatch: 'lab.teardown.ts' },
      { name: 'drills', testMatch: 'drills.spec.ts', dependencies: ['lab'] },
    ],
  }
  const diary = join(folder, 'diary')
  const note = (what: string): string => `appendFileSync(${JSON.stringify(diary)}, ${JSON.stringify(`${what}\n`)})`
  const imports = "import { appendFileSync } from 'node:fs'\nimport { test } from '@playwright/test'\n"
  writeFileSync(join(folder, 'playwright.config.ts'), `export default ${JSON.stringify(config)}`)
  writeFileSync(join(folder, 'lab.setup.ts'), `${imports}test('lab', () => ${note('lab')})`)
  writeFileSync(join(folder, 'lab.teardown.ts'), `${imports}test('end', () => ${note('end')})`)
  writeFileSync(
    join(folder, 'drills.spec.ts'),
    `${imports}const note = (what) => appendFileSync(${JSON.stringify(diary)}, what + '\\n')\n${spec}`,
  )
  return {
    folder,
    run,
    test: (args: string[] = [], env: Record<string, string> = {}) =>
      playwright(folder, ['test', ...args], { MESHDRILL_RUN_DIR: run, ...env }),
    /** What the lab and the drills did. */
    diary: () => (existsSync(diary) ? readFileSync(diary, 'utf8').trim().split('\n') : []),
  }
}

/** The source of a test that says that it runs a drill. */
export const drillTest = (title: string, drill: string, body = ''): string =>
  `test(${JSON.stringify(title)}, { annotation: { type: 'drill', description: ${JSON.stringify(drill)} } }, async ({}, info) => { note(${JSON.stringify(title)}); ${body} })\n`

export const failingDrill = (id: string): DrillFact[] => aiming({ rtoMs: 1 })(buildDrill(id))
