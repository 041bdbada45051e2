import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pointLatestAt } from '../../../lib/report/latest.ts'
import { replaceTogether } from '../../../lib/report/replace-together.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'
import { writeRun } from './merge/write-run.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const RESULTS = ['report.html', 'summary.csv', 'summary.json', 'summary.md', 'summary.openmetrics']

/** Writes results in a process that is killed when it puts the file of that number in its place. */
function writeAndDie(folder: string, at: number): NodeJS.Signals | null {
  const program = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const rename = fs.renameSync
    let count = 0
    fs.renameSync = (...args) => {
      if (count++ === ${at}) process.kill(process.pid, 'SIGKILL')
      rename(...args)
    }
    syncBuiltinESMExports()
    const { writeResults } = await import(${JSON.stringify(pathToFileURL(join(root, 'lib/report/results.ts')).href)})
    writeResults(${JSON.stringify(folder)})
  `
  const args = ['--import', './lib/system/typescript.js', '--input-type=module', '--eval', program]
  return spawnSync(process.execPath, args, { cwd: root }).signal
}

test('the next process repairs the results of a process that was killed while it replaced them', () => {
  const folder = writeRun(buildRun())
  writeResults(folder)
  writeRun(buildRun([...buildDrill('d1'), ...buildDrill('d2')]), folder)
  expect(writeAndDie(folder, 1)).toBe('SIGKILL')
  const found = RESULTS.filter((name) => readFileSync(join(folder, name), 'utf8').includes('d2'))
  expect(found, 'it was killed when one of the files was in its place').toHaveLength(1)
  expect(readdirSync(folder).filter((name) => name.startsWith('.results-'))).toHaveLength(1)
  writeResults(folder)
  expect(readdirSync(folder).toSorted()).toEqual(['events.jsonl', ...RESULTS])
  for (const name of RESULTS) expect(readFileSync(join(folder, name), 'utf8'), name).toContain('d2')
})

test('files of another running process, and files with similar names, are kept', () => {
  const folder = newFolder()
  const others = [`.results-${process.ppid}-abcdef`, '.results-', '.results-mine', 'results-99999999-abcdef']
  for (const name of others) mkdirSync(join(folder, name))
  replaceTogether(folder, ({ create }) => {
    create('one').write('new')
  })
  expect(readdirSync(folder).toSorted()).toEqual([...others, 'one'].toSorted())
})

test('the next run removes the temporary link of a killed process', () => {
  const results = newFolder()
  const run = join(results, '2026-01-01T00-00-00')
  mkdirSync(run)
  // The largest number that a process can have on any system is smaller.
  symlinkSync(basename(run), join(results, 'latest.99999999'))
  writeFileSync(join(results, 'latest.txt'), '')
  // Somebody's own copy of the results.
  mkdirSync(join(results, 'latest.99999998'))
  expect(pointLatestAt(run)).toBeNull()
  expect(readdirSync(results).toSorted()).toEqual(['2026-01-01T00-00-00', 'latest', 'latest.99999998', 'latest.txt'])
})
