import { defineConfig } from '@playwright/test'

/** Tests of meshdrill itself: no cluster, no root, seconds. The drills are in playwright.config.ts. */
export default defineConfig({
  testDir: 'tests/unit',
  outputDir: 'test-results/unit',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  timeout: 60_000,
})
