import { expect, test } from '@playwright/test'
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { adoptLastRun, findLastRun } from '../../../lib/runner/arguments.ts'
import { inFolder } from '../in-folder.ts'

/** The file about a run in a folder of results; a later one is newer. */
function leaveRun(results: string, id: string, minute: number, status: string, failedTests: string[]): string {
  const file = join(results, id, 'playwright', '.last-run.json')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ status, failedTests }))
  utimesSync(file, minute * 60, minute * 60)
  return file
}

test('the last run is the newest one, regardless of its folder’s name', async () => {
  await inFolder((results) => {
    leaveRun(results, '2026-02', 1, 'failed', ['old'])
    const file = leaveRun(results, '2026-01', 2, 'failed', ['new'])
    leaveRun(results, '2026-03', 0, 'failed', ['oldest'])
    mkdirSync(join(results, 'baselines'))
    expect(findLastRun(results)).toBe(file)
    return Promise.resolve()
  })
})

test('a run that was refused before its first test is not the last one', async () => {
  await inFolder((results) => {
    const file = leaveRun(results, 'a', 1, 'failed', ['one'])
    leaveRun(results, 'b', 2, 'failed', [])
    leaveRun(results, 'c', 3, 'interrupted', [])
    expect(findLastRun(results)).toBe(file)
    return Promise.resolve()
  })
})

test('--last-failed without a failed test or without a run is an error with the next command', async () => {
  await inFolder((results) => {
    for (const folder of [results, join(results, 'missing')])
      expect(() => findLastRun(folder)).toThrow(/no earlier run in "[^]*" ran a test\. Next: npx playwright test$/)
    leaveRun(results, 'a', 1, 'failed', ['one'])
    leaveRun(results, 'b', 2, 'passed', [])
    expect(() => findLastRun(results)).toThrow(/no test of the last run failed \("[^]*b[^]*Next: npx playwright test$/)
    return Promise.resolve()
  })
})

test('a new run gets a copy of the file where Playwright reads it, and the old run keeps its file', async () => {
  await inFolder((results) => {
    const file = leaveRun(results, 'a', 1, 'failed', ['one'])
    adoptLastRun(file, join(results, 'b'))
    const adopted = readFileSync(join(results, 'b', 'playwright', '.last-run.json'), 'utf8')
    expect(adopted).toBe(readFileSync(file, 'utf8'))
    return Promise.resolve()
  })
})
