import { readSettings } from '../../../../lib/child-settings.ts'
import { watchOver, type WatchdogSettings } from '../../../../lib/faults/undo/watchdog.ts'
import { writeLine } from '../../../../lib/output/print.ts'
import { performUndo, standInLab } from './stand-in-lab.ts'

await watchOver(await readSettings<WatchdogSettings>(), {
  attach: () => Promise.resolve(standInLab()),
  log(line) {
    writeLine('stdout', line)
  },
  perform: performUndo,
})
