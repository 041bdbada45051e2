import { readSettings } from '../../child-settings.ts'
import { readConfig } from '../../config.ts'
import { attachLab } from '../../create-lab.ts'
import { writeLine } from '../../output/print.ts'
import { watchOver, type WatchdogSettings } from './watchdog.ts'

const log = (line: string): void => {
  writeLine('stdout', `${new Date().toISOString()} ${line}`)
}
// The signals by which a user ends a run reach every process of its group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
await watchOver(await readSettings<WatchdogSettings>(), { attach: () => attachLab(readConfig(process.env), log), log })
