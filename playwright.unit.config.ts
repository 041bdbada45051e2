import { defineConfig } from '@playwright/test'
import { requireOwnTransformCache } from './lib/runner/transform-cache.ts'
import { leaveOutFramesEarly } from './tests/unit/stack-frames.ts'

// Children of tests compile TypeScript too: see lib/system/typescript.js.
process.env.TSX_DISABLE_CACHE = '1'
await requireOwnTransformCache()
leaveOutFramesEarly()

/** Tests of meshdrill itself: no cluster, no root, seconds. The drills are in playwright.config.ts. */
export default defineConfig({
  testDir: 'tests/unit',
  outputDir: 'test-results/unit',
  globalSetup: './tests/unit/global-setup.ts',
  fullyParallel: true,
  // Playwright would leave half of the cores idle.
  workers: '100%',
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  timeout: 60_000,
})
