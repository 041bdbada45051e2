import { defineConfig } from '@playwright/test'
import { endOnEverySignal, outliveHangup } from '../../../../../lib/runner/signals.ts'

const isWorker = process.env.TEST_WORKER_INDEX !== undefined
if (isWorker) outliveHangup(process)
else {
  endOnEverySignal(process)
  process.env.ABORT_OWNER_PID = String(process.pid)
}

/** The micro-suite that is killed: real Playwright processes, the real journal and damage, and a lab of files. */
export default defineConfig({
  testDir: '.',
  testMatch: 'suite.ts',
  outputDir: `${process.env.ABORT_FOLDER ?? ''}/results`,
  workers: 1,
  reporter: 'null',
})
