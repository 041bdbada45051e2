import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from '@playwright/test'

/**
 * Pictures of a run's page. `npm run pictures -- results/<run>` writes those of the README into docs/pictures; with a second
 * argument, all that a reviewer should look at into that folder.
 */
const [run = 'results/latest', review] = process.argv.slice(2)
const folder = resolve(review ?? 'docs/pictures')
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const url = pathToFileURL(resolve(run, 'report.html')).href

interface Look {
  name: string
  width: number
  height: number
  colorScheme?: 'light' | 'dark'
  media?: 'print'
}

const looks: Look[] =
  review === undefined
    ? [{ name: '', width: 1200, height: 720 }]
    : [
        { name: 'light-', width: 1280, height: 1600 },
        { name: 'dark-', width: 1280, height: 1600, colorScheme: 'dark' },
        { name: 'narrow-', width: 390, height: 2200 },
        { name: 'wide-', width: 1600, height: 1400 },
        // The width of a sheet of A4 at 96 dots an inch, without its margins.
        { name: 'print-', width: 718, height: 1600, media: 'print' },
      ]

for (const { name, width, height, colorScheme = 'light', media = 'screen' } of looks) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme })
  await page.emulateMedia({ media, colorScheme })
  await page.goto(url)
  await page.waitForSelector('html.ready', { state: 'attached' })
  await page.screenshot({ path: join(folder, `${name}first-screen.png`) })
  await takeDrill(page, join(folder, `${name}drill.png`), height)
  if (media === 'print') await page.pdf({ path: join(folder, 'print.pdf'), format: 'A4', printBackground: true })
  await page.close()
}
await browser.close()

/** The first drill that restored something, from its head on. */
async function takeDrill(page: Page, path: string, height: number): Promise<void> {
  const section = page
    .locator('#drills > section', { has: page.locator('svg text', { hasText: /^restore \d/ }) })
    .first()
  await section.scrollIntoViewIfNeeded()
  await section.evaluate((element: { scrollIntoView: () => void }) => {
    element.scrollIntoView()
  })
  const box = await section.boundingBox()
  if (box === null) throw new Error(`no drill of "${run}" restored something`)
  await page.screenshot({ path, clip: { ...box, height: Math.min(box.height, height - box.y) } })
}
