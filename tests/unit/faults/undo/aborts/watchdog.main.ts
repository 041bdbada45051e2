import { dirname } from 'node:path'
import { readSettings } from '../../../../../lib/system/child-settings.ts'
import { watchOver, type WatchdogSettings } from '../../../../../lib/faults/undo/watchdog.ts'
import { writeLine } from '../../../../../lib/output/print.ts'

const settings = await readSettings<WatchdogSettings>()
// A watchdog inherits nothing; the stand-in finds its files by this variable when it is loaded.
process.env.ABORT_FOLDER = dirname(settings.folder)
const { performUndo, standInLab } = await import('./stand-in-lab.ts')

await watchOver(settings, {
  attach: () => Promise.resolve(standInLab()),
  log(line) {
    writeLine('stdout', line)
  },
  perform: performUndo,
})
