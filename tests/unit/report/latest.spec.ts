import { expect, test } from '@playwright/test'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pointLatestAt } from '../../../lib/report/latest.ts'
import { newFolder } from '../in-folder.ts'

function makeResults(): { results: string; run: string; latest: string } {
  const results = newFolder()
  const run = join(results, 'run-1')
  mkdirSync(run)
  return { results, run, latest: join(results, 'latest') }
}

test('a folder named latest is kept, and a warning says where the newest run is', () => {
  const { results, run, latest } = makeResults()
  mkdirSync(latest)
  writeFileSync(join(latest, 'report.html'), 'of an earlier run')
  expect(pointLatestAt(run)).toMatch(/latest" does not point at the newest run: a folder .*run-1"\. Next: remove/)
  expect(readFileSync(join(latest, 'report.html'), 'utf8')).toBe('of an earlier run')
  expect(readdirSync(results)).toEqual(['latest', 'run-1'])
})

test('a file named latest is kept, and a warning says so', () => {
  const { results, run, latest } = makeResults()
  writeFileSync(latest, 'notes of somebody')
  expect(pointLatestAt(run)).toMatch(/does not point at the newest run: a file of that name is there/)
  expect(readFileSync(latest, 'utf8')).toBe('notes of somebody')
  expect(readdirSync(results)).toEqual(['latest', 'run-1'])
})

test('a link named latest to a place outside the results is kept, even if it is broken', () => {
  for (const target of [newFolder(), '/nowhere/at/all', '../elsewhere', 'run-1/playwright', '.']) {
    const { results, run, latest } = makeResults()
    symlinkSync(target, latest)
    expect(pointLatestAt(run)).toContain(`it is a link to "${target}"`)
    expect(readlinkSync(latest)).toBe(target)
    expect(readdirSync(results)).toEqual(['latest', 'run-1'])
  }
})

test('a link named latest to a deleted run then points at the newest run', () => {
  for (const target of ['run-0', './run-0']) {
    const { run, latest } = makeResults()
    symlinkSync(target, latest)
    expect(pointLatestAt(run)).toBeNull()
    expect(readlinkSync(latest)).toBe('run-1')
  }
})

test('a link that cannot be created is a warning, and leaves no file behind', () => {
  const { run, results } = makeResults()
  mkdirSync(join(results, `latest.${process.pid}`))
  writeFileSync(join(results, `latest.${process.pid}`, 'file'), '')
  expect(pointLatestAt(run)).toMatch(/does not point at the newest run: .*\. The newest run is in ".*run-1"/)
  expect(pointLatestAt(join(results, 'nowhere', 'run-1'))).toMatch(/it is not there \(ENOENT\)/)
})
