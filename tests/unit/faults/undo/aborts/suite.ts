import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { readConfig } from '../../../../../lib/config/config.ts'
import type { DrillContext } from '../../../../../lib/drill/context.ts'
import { damage, type Damage } from '../../../../../lib/drill/damage.ts'
import { journalOf } from '../../../../../lib/faults/undo/journal.ts'
import { clearLeftovers, replayUndos } from '../../../../../lib/faults/undo/replay.ts'
import { ensureWatchdog } from '../../../../../lib/faults/undo/watchdog.ts'
import type { Lab } from '../../../../../lib/lab/lab.ts'
import { runAll } from '../../../../../lib/system/run-all.ts'
import type { DeployedWorkload } from '../../../../../lib/workloads/workload.ts'
import { only } from '../../../stand-ins/lab.ts'
import { faultFile, folder, performUndo, say, standInFault, standInLab } from './stand-in-lab.ts'

/** Has the shape of fixtures/test.ts, on a lab of files. */
const test = base.extend<{ drill: Damage }, { lab: Lab }>({
  lab: [
    async ({}, use) => {
      say('attach')
      const lab = standInLab()
      const main = join(import.meta.dirname, 'watchdog.main.ts')
      if (process.env.ABORT_WATCHDOG === 'on')
        await ensureWatchdog(join(folder, 'lab'), {
          ownerPid: Number(process.env.ABORT_OWNER_PID),
          config: readConfig({ MESHDRILL_CLUSTER: 'embedded' }),
          main,
        })
      const inventory = () => Promise.resolve(existsSync(faultFile) ? ['the file is there'] : [])
      await clearLeftovers(lab, { namespaces: [], nodes: [] }, { perform: performUndo, inventory })
      say('attached')
      await use(lab)
    },
    { scope: 'worker' },
  ],
  drill: async ({ lab }, use) => {
    await replayUndos(lab, performUndo)
    const context = only<DrillContext>({
      lab,
      tool: only<DrillContext['tool']>({ parts: () => ({ pods: [], mover: null, secret: null, prefix: null }) }),
      mesh: only<DrillContext['mesh']>({ namespaces: [] }),
      namespace: 'drill',
      record: () => undefined,
      seed: 1,
      inventory: () => Promise.resolve([]),
      journal: journalOf(lab),
      performUndo,
    })
    const service = only<DeployedWorkload>({ pods: { labels: {}, container: '' }, claims: ['data'] })
    const injected = damage(context, service, () => [])
    await use(injected)
    await runAll([() => injected.heal(), () => injected.clear()])
    say('ended')
  },
})

for (let number = 1; number <= 500; number++) {
  test(`drill ${number}`, async ({ drill }) => {
    say('drill')
    expect(existsSync(faultFile)).toBe(false)
    await drill.strike(standInFault)
  })
}
