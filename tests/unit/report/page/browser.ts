import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test as base, type Page } from '@playwright/test'
import type { Fact } from '../../../../lib/record/facts.ts'
import { writeResults } from '../../../../lib/report/results.ts'
import { newFolder } from '../../in-folder.ts'

const CHROMIUM = '/usr/bin/chromium'

/** Tests of the page in Debian's Chromium; Playwright's own browsers are not needed. */
export const test = base.extend<{ needsBrowser: undefined }>({
  launchOptions: [{ executablePath: CHROMIUM, args: ['--no-sandbox'] }, { scope: 'worker' }],
  needsBrowser: [
    async ({}, use) => {
      base.skip(!existsSync(CHROMIUM), `there is no "${CHROMIUM}". Next: apt-get install chromium`)
      await use(undefined)
    },
    { auto: true },
  ],
})

/** Writes the results of a run with these facts; returns the file of its page. */
export function writePage(facts: Fact[], unpackedAtMost?: number): string {
  const folder = join(newFolder(), 'run')
  mkdirSync(folder)
  writeFileSync(join(folder, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  writeResults(folder, undefined, unpackedAtMost)
  return join(folder, 'report.html')
}

/** Opens a page. Returns a list that gets everything that should not happen: script errors, blocked content, requests. */
export async function open(page: Page, file: string): Promise<string[]> {
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`script error: ${error.message}`))
  page.on('console', (message) => troubles.push(`console: ${message.text()}`))
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) troubles.push(`request: ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(pathToFileURL(file).href)
  return troubles
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** What axe finds that is serious or critical, with the first element of each. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)')
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(
      ({ id, nodes: [first, ...others] }) => `${id}: ${first?.html} ${first?.failureSummary} (${others.length} more)`,
    )
}

/** The page is no wider than the window: only tables and pictures scroll sideways, by themselves. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]')
  expect(content).toBeLessThanOrEqual(window ?? 0)
}
