import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../../system/child-settings.ts'
import { writeLine, printUncaughtErrors } from '../../output/print.ts'
import { isRunning, type ProcessId } from '../../system/process.ts'
import { readLab, tearDown, underLock } from './lab.ts'

printUncaughtErrors()
const owner = await readSettings<ProcessId>()
while (await isRunning(owner)) await sleep(1000)
await underLock(async () => {
  const lab = await readLab()
  // A run that ended normally has removed its lab, and another run may have created a new one since.
  if (lab?.owner.pid !== owner.pid || lab.owner.born !== owner.born) return
  const gone = await tearDown().catch((error: unknown) => [String(error)])
  writeLine('stdout', `${new Date().toISOString()} the run was killed; its lab is removed: ${gone.join(', ')}`)
})
