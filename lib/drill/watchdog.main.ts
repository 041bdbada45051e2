import type { Config } from '../config/config.ts'
import { readSettings } from '../system/child-settings.ts'
import { attachLab } from './create-lab.ts'
import { writeLine } from '../output/print.ts'
import { watchOver, type WatchdogSettings } from '../faults/undo/watchdog.ts'

const log = (line: string): void => {
  writeLine('stdout', `${new Date().toISOString()} ${line}`)
}
// The signals with which a user ends a run reach every process of its group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
const settings = await readSettings<WatchdogSettings<Config>>()
await watchOver(settings, { attach: () => attachLab(settings.config, log), log })
