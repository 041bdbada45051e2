import { join } from 'node:path'
import { defineConfig } from '@playwright/test'
import { endOnEverySignal, outliveHangup } from '../../../../../lib/runner/signals.ts'

const isWorker = process.env.TEST_WORKER_INDEX !== undefined
if (isWorker) outliveHangup(process)
else {
  endOnEverySignal(process)
  process.env.ABORT_OWNER_PID = String(process.pid)
}

const folder = process.env.ABORT_FOLDER
if (folder === undefined)
  throw new Error(
    'ABORT_FOLDER is not set. aborts.spec.ts sets it. Next: npx playwright test --config playwright.unit.config.ts aborts',
  )

/** The micro-suite that is killed: real Playwright processes, the real journal and damage, and a lab of files. */
export default defineConfig({
  testDir: folder,
  testMatch: 'suite.mjs',
  outputDir: join(folder, 'results'),
  workers: 1,
  reporter: 'null',
})
