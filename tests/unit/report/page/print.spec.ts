import { expect } from '@playwright/test'
import { open, test, writePage } from './browser.ts'
import { buildMixedRun } from './facts.ts'

test('on paper nothing of a drill is folded or cut, and afterwards the page is as before', async ({ page }) => {
  expect(await open(page, writePage(buildMixedRun(1)))).toEqual([])
  // The width of a sheet of A4 at 96 dots an inch, without its margins.
  await page.setViewportSize({ width: 718, height: 1000 })
  await page.emulateMedia({ media: 'print' })
  const folded = page.locator('#drills details:not([open])')
  const before = await folded.count()
  expect(before).toBeGreaterThan(0)
  await page.evaluate(`dispatchEvent(new Event('beforeprint'))`)
  await expect(folded).toHaveCount(0)
  const cut = await page.evaluate(`[...document.querySelectorAll('main *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('svg'))
    .map((element) => element.outerHTML.slice(0, 80))`)
  expect(cut).toEqual([])
  await page.evaluate(`dispatchEvent(new Event('afterprint'))`)
  await expect(folded).toHaveCount(before)
})
