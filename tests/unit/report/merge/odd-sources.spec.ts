import { expect, test } from '@playwright/test'
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommandLine } from '../../../../lib/runner/command-line.ts'
import type { DrillFact } from '../../../../lib/record/facts.ts'
import { buildDrill, buildRun } from '../../verdict/facts-builder.ts'
import { newFolder } from '../../in-folder.ts'
import { ALL, counted, makeResults, merge, nightOf, UIDS } from './nights.ts'
import { writeRun } from './write-run.ts'

const runOf = (id: string, drills: DrillFact[]): string =>
  writeRun(buildRun(drills).map((fact) => (fact.kind === 'run.started' ? { ...fact, run: { ...fact.run, id } } : fact)))

test('a merged run with drills named like built-in object properties can be merged again, each drill once', async () => {
  const names = ['constructor', '__proto__', 'toString']
  const first = await merge([
    runOf(
      'one',
      names.flatMap((name) => buildDrill(name)),
    ),
    runOf('two', buildDrill('d2')),
  ])
  const again = await merge([first.folder, runOf('three', buildDrill('d3'))])
  expect(again.complained).toBe('')
  expect(again.summary?.drills.map(({ id }) => id)).toEqual([...names, 'd2', 'd3'])
})

test('a file with the facts of two runs is left out, so that no drill counts twice', async () => {
  const { nights } = makeResults()
  const [one = ''] = nights
  const both = writeRun(nightOf('2026-01-03T01-00-00', 2, '6a0e4d2c-0000-4000-8000-000000000003'))
  appendFileSync(join(both, 'events.jsonl'), readFileSync(join(one, 'events.jsonl')))
  const { code, said, summary } = await merge([...nights, both])
  expect(code).toBe(0)
  expect(counted(summary)).toEqual(ALL)
  expect(said).toContain(`beware: "${both}" is left out: its facts belong to more than one run`)
})

test('a copy of a run with changed facts counts once, and the different drills are named', async () => {
  const { nights } = makeResults()
  const changed = writeRun(
    nightOf('2026-01-01T01-00-00', 0, UIDS[0]).map((fact) =>
      fact.kind === 'note' && fact.drill.startsWith('velero') ? { ...fact, text: 'changed' } : fact,
    ),
  )
  const { said, summary } = await merge([...nights, changed])
  expect(counted(summary)).toEqual(ALL)
  expect(said).toContain(
    `beware: the facts of drill velero.manual.istio.volume-loss.ledger.0 differ in "${nights[0] ?? ''}" and "${changed}", ` +
      'which are the same run',
  )
  expect(said).not.toContain('the facts of drill restic.')
})

test('files and broken links among the runs are left out with a warning, and a missing run is an error', async () => {
  const { results, nights } = makeResults()
  const odd = ['notes.txt', 'gone', 'loop', 'folder'].map((name) => join(results, name))
  const [file = '', gone = '', loop = '', folder = ''] = odd
  writeFileSync(file, 'not a run')
  symlinkSync('nothing', gone)
  symlinkSync('loop', loop)
  mkdirSync(join(folder, 'events.jsonl'), { recursive: true })
  const { code, said, summary } = await merge([...nights, ...odd])
  expect(code).toBe(0)
  expect(counted(summary)).toEqual(ALL)
  expect(said).toContain(`beware: "${file}" is left out: it is not a folder`)
  expect(said).toContain(`beware: "${gone}" is left out: it is a broken link`)
  expect(said).toContain(`beware: "${loop}" is left out: it is a broken link`)
  expect(said).toContain(`beware: "${folder}" is left out: its "events.jsonl" is not a file`)
  const missing = await merge([...nights, join(results, 'no-such-run')])
  expect(missing).toMatchObject({ code: 2, folder: '' })
})

test('a merged run without a folder is an error with the place and the reason', async () => {
  const { nights } = makeResults()
  const inTheWay = join(newFolder(), 'file')
  writeFileSync(inTheWay, '')
  const complained: string[] = []
  const terminal = { say: () => undefined, complain: (text: string) => complained.push(text) }
  expect(await runCommandLine(['merge', ...nights], terminal, join(inTheWay, 'results'))).toBe(2)
  expect(complained.join('\n')).toMatch(
    /^no folder for the merged run could be made in ".*results": .*\(ENOTDIR\)\. .*Next: /,
  )
})
