import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Playwright's file about a run, in the folder of its artifacts: which tests failed. */
const FILE = '.last-run.json'

/** Where the artifacts of Playwright lie in the folder of a run. */
export const artifactsOf = (runFolder: string): string => join(runFolder, 'playwright')

/**
 * Playwright's file about the newest run that ran a test: each run has an output folder of its own, and Playwright looks
 * for the file in that of the new one. Errors: there is no such run, or all its tests passed.
 */
export function findLastRun(results: string): string {
  const runs = existsSync(results) ? readdirSync(results) : []
  const files = runs.map((run) => join(artifactsOf(join(results, run)), FILE)).filter((file) => existsSync(file))
  const newestFirst = files.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
  for (const file of newestFirst) {
    const { status, failedTests } = JSON.parse(readFileSync(file, 'utf8')) as { status: string; failedTests: string[] }
    if (failedTests.length > 0) return file
    if (status === 'passed')
      throw new Error(`--last-failed: no test of the last run failed ("${file}"). Next: npx playwright test`)
    // A run that was refused or interrupted before its first test tells nothing about the tests.
  }
  throw new Error(`--last-failed: no earlier run in "${results}" ran a test. Next: npx playwright test`)
}

/** Puts the file where Playwright reads it for a new run. */
export function adoptLastRun(file: string, runFolder: string): void {
  const adopted = join(artifactsOf(runFolder), FILE)
  mkdirSync(dirname(adopted), { recursive: true })
  copyFileSync(file, adopted)
}
