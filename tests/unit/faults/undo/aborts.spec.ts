import { once } from 'node:events'
import { expect, test } from '@playwright/test'
import { waitFor, pending } from '../../../../lib/system/wait.ts'
import { endSuite, eventAfter, faultApplied, killAndHeal, readLog, startSuite } from './aborts/killing.ts'

test.describe.configure({ timeout: 300_000 })

for (const watchdog of [false, true]) {
  const how = watchdog ? 'with a watchdog' : 'without a watchdog'
  test(`after SIGKILLs of workers and main process no drill starts with an earlier fault, ${how}`, async ({}, testInfo) => {
    const folder = testInfo.outputPath('suite')
    const { kills, drillsOnFault } = await killAndHeal(folder, { kills: 3, seed: 7, watchdog })
    expect(kills).toHaveLength(3)
    expect(drillsOnFault).toBe(0)
  })
}

for (const signals of [['SIGHUP'], ['SIGTERM', 'SIGTERM']] as const) {
  test(`${signals.join(' and ')} while a fault is being observed ends the run, and its worker undoes the fault`, async ({}, testInfo) => {
    const folder = testInfo.outputPath('suite')
    const main = await startSuite(folder, { watchdog: false })
    try {
      const { pid } = await eventAfter(folder, 0, 'applied')
      const exit = once(main, 'exit')
      for (const signal of signals) main.kill(signal)
      await exit
      const log = readLog(folder)
      expect(log.filter(({ what }) => what === 'undone').map((event) => event.pid)).toEqual([pid])
      expect(log.at(-1)).toMatchObject({ what: 'ended', applied: false })
    } finally {
      await endSuite(main, folder)
    }
  })
}

test('a watchdog undoes the fault of a killed worker and main process, without a next run', async ({}, testInfo) => {
  const folder = testInfo.outputPath('suite')
  const main = await startSuite(folder, { watchdog: true })
  try {
    const { pid } = await eventAfter(folder, 0, 'applied')
    main.kill('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await waitFor('the fault gone', () => Promise.resolve(faultApplied(folder) ? pending('applied') : true), {
      timeout: '60s',
    })
    const [undone] = readLog(folder).filter(({ what }) => what === 'undone')
    expect(undone?.pid).not.toBe(pid)
  } finally {
    await endSuite(main, folder)
  }
})
