import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { open, test, writePage } from './browser.ts'
import { buildMixedRun } from './facts.ts'

test('a drill of a run with many drills is packed until the reader comes to it, and then it is complete', async ({
  page,
}) => {
  const [packed, unpacked] = [writePage(buildMixedRun(1), 3), writePage(buildMixedRun(1))]
  expect(readFileSync(packed).length).toBeLessThan(readFileSync(unpacked).length / 2)
  expect(await open(page, unpacked)).toEqual([])
  const whole = await page.locator('#drill-3').innerHTML()
  const troubles = await open(page, packed)
  await page.goto(`${page.url()}#drill-3`)
  await expect(page.locator('#drill-3 svg')).toBeVisible()
  expect(await page.locator('#drill-3').innerHTML()).toBe(whole)
  expect(troubles.filter((trouble) => !trouble.includes('#drill-3'))).toEqual([])
})
