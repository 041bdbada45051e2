import { expect, test } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fact } from '../../../lib/record/facts.ts'
import { replaceTogether } from '../../../lib/report/replace-together.ts'
import { writeResults } from '../../../lib/report/results.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'
import { newFolder } from '../in-folder.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const RESULTS = ['report.html', 'summary.csv', 'summary.json', 'summary.md', 'summary.openmetrics']

const writeEvents = (folder: string, facts: Fact[]): void => {
  writeFileSync(join(folder, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
}
const contents = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [
      name,
      statSync(join(folder, name)).isFile() ? readFileSync(join(folder, name), 'utf8') : 'folder',
    ]),
  )

/** Judges a run in a process that may write files of at most so many blocks of 512 bytes: as a disk that is full there. */
const judgeWithin = (blocks: number, folder: string) =>
  spawnSync(
    'sh',
    ['-c', `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, 'bin/meshdrill.js', 'judge', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )

test('a disk that fills up while results are written leaves the earlier results unchanged, and is an error', () => {
  const folder = newFolder()
  writeEvents(folder, buildRun())
  writeResults(folder)
  // Another state, so that a file of it among those of before would be seen.
  writeEvents(folder, buildRun([...buildDrill('d1'), ...buildDrill('d2')]))
  const before = contents(folder)
  // The largest file is the page, the smallest the table.
  for (const blocks of [1, 40]) {
    const { status, stderr } = judgeWithin(blocks, folder)
    expect(stderr, String(blocks)).toMatch(
      /^the results of the run in ".*" could not be written: .*\(E(FBIG|NOSPC)\)\. .*Next: .*\n$/,
    )
    expect(status).toBe(2)
    expect(contents(folder)).toEqual(before)
  }
  writeResults(folder)
  expect(contents(folder)['summary.json']).not.toBe(before['summary.json'])
})

test('results that cannot be replaced leave the earlier ones unchanged, at any failing step', () => {
  for (const name of RESULTS) {
    const folder = newFolder()
    writeEvents(folder, buildRun())
    writeResults(folder)
    writeEvents(folder, buildRun([...buildDrill('d1'), ...buildDrill('d2')]))
    rmSync(join(folder, name))
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'file'), 'somebody else put this here')
    const before = contents(folder)
    expect(() => writeResults(folder), name).toThrow(
      /could not be written: .*\. Its facts and the earlier results are unchanged/,
    )
    expect(contents(folder)).toEqual(before)
  }
})

test('results are replaced together even if only some existed, and a failure removes the new ones', () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'one'), 'old')
  mkdirSync(join(folder, 'three'))
  const produce = (...names: string[]) => {
    replaceTogether(folder, ({ create }) => {
      for (const name of names) create(name).write(`new ${name}`)
    })
  }
  expect(() => {
    produce('one', 'two', 'three')
  }).toThrow()
  expect(contents(folder)).toEqual({ one: 'old', three: 'folder' })
  produce('one', 'two')
  expect(contents(folder)).toEqual({ one: 'new one', two: 'new two', three: 'folder' })
})

test('results that fail while they are made leave no file behind', () => {
  const folder = newFolder()
  expect(() =>
    replaceTogether(folder, ({ create, spool }) => {
      create('one').write('half')
      spool().write('two')
      throw new Error('the facts cannot be judged')
    }),
  ).toThrow('the facts cannot be judged')
  expect(readdirSync(folder)).toEqual([])
})
