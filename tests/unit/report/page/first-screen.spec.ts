import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { expectNoSidewaysScroll, findBarriers, open, test, writePage } from './browser.ts'
import { buildMixedRun } from './facts.ts'

test('the page of a run needs no network, breaks no policy, and its script has no error', async ({ page }) => {
  const file = writePage(buildMixedRun())
  expect(await open(page, file)).toEqual([])
  await expect(page.locator('html')).toHaveClass('ready')
  const policy = await page.locator('meta[http-equiv]').getAttribute('content')
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'/)
  expect(readFileSync(file, 'utf8')).not.toMatch(/ style="| on[a-z]+="|unsafe-inline/)
})

test('an injected script on the page does not run', async ({ page }) => {
  await open(page, writePage(buildMixedRun()))
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { text: 'window.added = 1' }))`,
  )
  expect(await page.evaluate('window.added')).toBeUndefined()
})

test('the first screen shows the outcome of the run, the better tool, and open questions', async ({ page }) => {
  await open(page, writePage(buildMixedRun()))
  await expect(page.locator('h1')).toHaveText(
    /^18 of 21 backup drills passed, 1 failed, 1 inconclusive, 1 skipped; no tool is shown to be better than the others\.$/,
  )
  await expect(page.locator('.card').first()).toContainText(
    /RTO\s+~ not shown\s+least seen: 8\.\d s, velero\/copy on volume-loss/,
  )
  await expect(page.locator('.card').nth(1)).toContainText(/CPU\s+~ not shown/)
  await expect(page.locator('.unknown')).toContainText('1 drill skipped: no device mapper')
  await expect(page.locator('.unknown')).toContainText('1 drill not seen well enough')
})

test('changing an objective changes the answer for each strategy at once', async ({ page }) => {
  await open(page, writePage(buildMixedRun()))
  const rowOf = (name: string) => page.locator('#advice tr', { hasText: name })
  await page.getByLabel('Back within').fill('14')
  await expect(rowOf('restic/copy')).toContainText(/✓ so far.*not measured on 2 of 3/)
  await page.getByLabel('Back within').fill('6')
  await expect(page.locator('#rto-value')).toHaveText('10 s')
  await expect(rowOf('restic/copy')).toContainText(/✗ misses\s*RTO 2\.0 s over: volume-loss/)
  await expect(rowOf('restic/copy')).toContainText('6 of 6 drills')
  await expect(rowOf('velero/copy')).toContainText('at least 6 a fault: kept in 60 % of cases or more (95 % sure)')
  await expect(rowOf('rook/copy')).toContainText('? unknown')
  await expect(page.locator('#advice-status')).toHaveText(/strategies meet these objectives, [12] miss them/)
})

test('a fault that the reader leaves out no longer counts against a strategy', async ({ page }) => {
  await open(page, writePage(buildMixedRun()))
  await page.getByRole('combobox', { name: 'Mesh' }).selectOption('istio')
  await page.getByLabel('Back within').fill('14')
  const restic = page.locator('#advice tr', { hasText: 'restic/copy' })
  await expect(restic).toContainText('not measured on 1 of 2 faults')
  await page.locator('#faults summary').click()
  await page.getByRole('checkbox', { name: 'ransomware' }).uncheck()
  await expect(restic).toContainText('✓ meets')
  await expect(page.locator('#faults-chosen')).toHaveText('1 of 2 faults')
})

test('a filter of the matrix hides the rows of the other meshes', async ({ page }) => {
  await open(page, writePage(buildMixedRun()))
  await expect(page.locator('#matrix-table tbody tr:visible')).toHaveCount(3)
  await page.getByRole('combobox', { name: 'Mesh' }).selectOption('none')
  await expect(page.locator('#matrix-table tbody tr:visible')).toHaveCount(1)
})

test('each link of the page leads to a place on the page, or to the page of all codes', async ({ page }) => {
  await open(page, writePage(buildMixedRun(2)))
  const dead = await page.evaluate<
    string[]
  >(`[...document.querySelectorAll('a')].map((link) => link.getAttribute('href'))
    .filter((href) => !href.startsWith('#') || document.getElementById(href.slice(1)) === null)`)
  expect([...new Set(dead)]).toEqual(['../../docs/verdict-codes.md'])
})

test('the picture of recovery time and resources has a point and a name for each measured strategy', async ({
  page,
}) => {
  await open(page, writePage(buildMixedRun()))
  const picture = page.locator('.plane.chosen')
  await expect(picture).toHaveCount(1)
  await expect(picture.locator('text', { hasText: '/copy' })).toHaveText(['restic/copy', 'velero/copy'], {
    useInnerText: false,
  })
  await expect(picture.locator('[data-series="2"]')).toHaveCount(2)
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing serious on the page in ${colorScheme} colours`, async ({ browser }) => {
    const page = await browser.newPage({ colorScheme })
    await open(page, writePage(buildMixedRun(2)))
    expect(await findBarriers(page)).toEqual([])
    await page.close()
  })

for (const width of [390, 1600])
  test(`the page does not scroll sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    await open(page, writePage(buildMixedRun(2)))
    await expectNoSidewaysScroll(page)
  })

test('without a script the page shows every row, the answers for the objectives of the run, and a picture', async ({
  browser,
}) => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await open(page, writePage(buildMixedRun()))
  await expect(page.locator('#matrix-table tbody tr')).toHaveCount(3)
  await expect(page.locator('#advice tr')).toHaveCount(4)
  await expect(page.locator('.plane').first()).toBeVisible()
  await page.close()
})
