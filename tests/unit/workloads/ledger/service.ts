import { test as base } from '@playwright/test'
import { buildLedger, type RunningLedger, startLedger } from './process.ts'

/** Tests of the service that is written in Go: built once a worker, started for each test. */
export const test = base.extend<{ ledger: RunningLedger }, { binary: string }>({
  binary: [
    async ({}, use) => {
      const { binary, remove } = await buildLedger()
      await use(binary)
      await remove()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  ledger: async ({ binary }, use) => {
    const { ledger, stop } = await startLedger(binary)
    await use(ledger)
    await stop()
  },
})
