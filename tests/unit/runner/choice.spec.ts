import { expect, test } from '@playwright/test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isUsual } from '../../../lib/matrix/axes.ts'
import { matrix } from '../../../lib/matrix/matrix.ts'
import { nameRow } from '../../../lib/matrix/title.ts'
import { newFolder } from '../in-folder.ts'
import { playwright } from './suite.ts'

// Each test runs Playwright as a process.
test.slow()

const config = fileURLToPath(new URL('../../../playwright.config.ts', import.meta.url))

interface Listed {
  specs?: { id: string }[]
  suites?: (Listed & { title: string })[]
}

/** Lists the drills with the real configuration, in a folder of its own: their rows, and the ids of the tests. */
async function list(folder: string, args: string[], env: Record<string, string> = {}) {
  const ended = await playwright(folder, ['test', '--config', config, '--list', '--reporter=json', ...args], {
    MESHDRILL_CLUSTER: 'embedded',
    ...env,
  })
  const start = ended.output.indexOf('{')
  const { suites = [] } = start === -1 ? {} : (JSON.parse(ended.output.slice(start)) as Listed)
  const rows = suites.filter(({ title }) => title.startsWith('drills/')).flatMap((file) => file.suites ?? [])
  return {
    ...ended,
    rows: rows.map(({ title }) => title),
    ids: rows.flatMap(({ specs = [] }) => specs.map(({ id }) => id)),
  }
}

const full = { MESHDRILL_MATRIX: 'full' }

test('a run without named rows drills the slice, and a named row is drilled even if only the full matrix has it', async () => {
  const folder = newFolder()
  const slice = await list(folder, [])
  expect(slice.rows).toHaveLength(9)
  expect(slice.rows).not.toContain('k8up/operator × ransomware')
  const named = await list(folder, ['-g', 'k8up/operator × ransomware'])
  expect(named.rows).toEqual(['k8up/operator × ransomware'])
  expect(existsSync(join(folder, 'results'))).toBe(false)
})

test('a named row outside the requested slice is left out, and a named row runs only in the project of its tool', async () => {
  const folder = newFolder()
  const slice = { MESHDRILL_MATRIX: 'slice' }
  expect((await list(folder, ['-g', 'k8up/operator × ransomware'], slice)).rows).toEqual([])
  const tool = ['--project=velero', '-g', '(k8up/operator|velero/schedule) × ransomware']
  expect((await list(folder, tool)).rows).toEqual(['velero/schedule × ransomware'])
})

test('projects of another mesh and another workload than those of the run have their rows', async () => {
  const { rows } = await list(newFolder(), ['--project=mesh-none', '--project=workload-files'])
  expect(rows).toContain('velero/file-system × container-kill, mesh none')
  expect(rows).toContain('velero/file-system × container-kill, workload files')
})

test('--last-failed lists the failed tests, though each run has a separate output folder', async () => {
  const folder = newFolder()
  const { ids, rows } = await list(folder, ['-g', '(k8up/operator|restic/manual) × ransomware'])
  expect(ids).toHaveLength(2)
  const artifacts = join(folder, 'results', '2026-01-01T00-00-00', 'playwright')
  mkdirSync(artifacts, { recursive: true })
  writeFileSync(join(artifacts, '.last-run.json'), JSON.stringify({ status: 'failed', failedTests: ids.slice(1) }))
  expect((await list(folder, ['--last-failed'])).rows).toEqual(rows.slice(1))
})

test('the file of a spec runs its rows, and file:line runs the rows of that drill', async () => {
  const folder = newFolder()
  const file = await list(folder, ['tests/drills/malice.spec.ts'])
  expect(file.output).not.toContain('container-crash.spec.ts')
  expect(file.rows).toContain('k8up/operator × ransomware')
  const lines = readFileSync(new URL('../../drills/malice.spec.ts', import.meta.url), 'utf8').split('\n')
  const line = lines.findIndex((text) => text.includes("test('encrypted files")) + 1
  expect(line).toBeGreaterThan(0)
  const drill = await list(folder, [`tests/drills/malice.spec.ts:${line}`])
  expect(drill.rows).toContain('k8up/operator × ransomware')
  expect(drill.rows.filter((row) => !row.endsWith(' × ransomware'))).toEqual([])
  expect((await list(folder, ['malice'], { MESHDRILL_MATRIX: 'slice' })).rows).toHaveLength(2)
})

test('every drillable row is declared in a spec, and each of two shards runs half of the rows', async () => {
  const folder = newFolder()
  const [first, second] = [await list(folder, ['--shard=1/2'], full), await list(folder, ['--shard=2/2'], full)]
  expect(first.rows.filter((row) => second.rows.includes(row))).toEqual([])
  expect(Math.abs(first.rows.length - second.rows.length)).toBeLessThanOrEqual(1)
  const drilled = matrix.filter((row) => row.illegal === null && isUsual(row)).map(nameRow)
  expect([...first.rows, ...second.rows].sort()).toEqual(drilled.sort())
})

test('--output is refused, because Playwright would empty that folder, and its files stay', async () => {
  const folder = newFolder()
  const kept = join(folder, 'results', 'kept')
  mkdirSync(kept, { recursive: true })
  for (const option of [['--output', 'results'], ['--output=results']]) {
    const { code, output } = await playwright(folder, ['test', '--config', config, ...option], {
      MESHDRILL_CLUSTER: 'embedded',
    })
    expect(code).toBe(1)
    expect(output).toContain('Next: the same command without --output')
    expect(existsSync(kept)).toBe(true)
  }
})
