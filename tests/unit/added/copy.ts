import { execFile } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { test } from '@playwright/test'
import type * as Compile from '../../../lib/system/compile.ts'
import { playwright } from '../runner/suite.ts'

const root = new URL('../../../', import.meta.url).pathname
const COPIED = ['lib', 'fixtures', 'tests', 'docs', '.github', '.gitlab-ci.yml', 'playwright.config.ts']
const LINKED = ['node_modules', 'package.json', 'package-lock.json', 'tsconfig.json', 'chaos', '.prettierrc']

/** What somebody adds to meshdrill: a folder or a file, and a line of an index. */
export interface Addition {
  /** The folder or the file, beside this file. */
  fixture: string
  /** Where it goes: `lib/components/made-up`. */
  place: string
  index: string
  /** What the line of the index is put before, and its import. */
  line: { before: RegExp; text: string; import: string | null }
}

/** A copy of meshdrill to which something was added. */
export interface Copy {
  folder: string
  /** Runs a program of this folder in the copy. Returns what it printed, as JSON. */
  see<Seen>(program: string): Promise<Seen>
  /** The rows that Playwright lists, by their titles. Errors: what Playwright says. */
  list(...args: string[]): Promise<string[]>
  /** Puts a drill into the copy. */
  addSpec(name: string, text: string): void
}

/** Copies meshdrill into a folder of the test, and adds to it. */
export function copyWith({ fixture, place, index, line }: Addition): Copy {
  // The same folder in each run: what Playwright compiles of it is found by its path.
  const folder = test.info().outputPath('copy')
  for (const name of COPIED)
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith('/recorded') })
  for (const name of LINKED) symlinkSync(join(root, name), join(folder, name))
  const added = join(folder, place)
  cpSync(join(import.meta.dirname, fixture), added, { recursive: true })
  for (const file of filesOf(added)) {
    const lib = relative(dirname(file), join(folder, 'lib'))
    edit(file, /from '(?:\.\.\/)+lib\//g, `from '${lib === '' ? '.' : lib}/`)
  }
  if (line.import !== null) edit(join(folder, index), /^/, `${line.import}\n`)
  edit(join(folder, index), line.before, `${line.text}$&`)
  return {
    folder,
    see: async <Seen>(program: string) =>
      JSON.parse(await runProgram(folder, join('tests/unit/added', program))) as Seen,
    list: (...args) => listRows(folder, args),
    addSpec: (name, text) => {
      writeFileSync(join(folder, 'tests/drills', name), text)
    },
  }
}

const filesOf = (place: string): string[] =>
  statSync(place).isFile() ? [place] : readdirSync(place).map((name) => join(place, name))

function edit(file: string, pattern: RegExp, replacement: string): void {
  const before = readFileSync(file, 'utf8')
  const after = before.replace(pattern, replacement)
  if (after === before) throw new Error(`"${file}" has nothing that matches ${pattern}`)
  writeFileSync(file, after)
}

async function runProgram(folder: string, program: string): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(PLAYWRIGHT|PW|TEST_|MESHDRILL_)/.test(name))
  const env = { ...Object.fromEntries(own), XDG_STATE_HOME: join(folder, 'state') }
  const { compileProgram } = (await import(join(folder, 'lib/system/compile.ts'))) as typeof Compile
  await compileProgram(join(folder, program))
  const { stdout } = await promisify(execFile)(process.execPath, ['lib/system/start.js', program], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  return stdout
}

interface Listed {
  title: string
  suites?: Listed[]
}

async function listRows(folder: string, args: string[]): Promise<string[]> {
  const { output } = await playwright(folder, ['test', '--list', '--reporter=json', ...args], {
    MESHDRILL_CLUSTER: 'embedded',
  })
  const { suites, errors } = JSON.parse(output.slice(output.indexOf('{'))) as { suites: Listed[]; errors: object[] }
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return suites
    .filter(({ title }) => title.startsWith('drills/'))
    .flatMap((file) => (file.suites ?? []).map(({ title }) => title))
}
