import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../../../child-settings.ts'
import { connect } from '../../../kube/client.ts'
import { messageOf } from '../../../message-of.ts'
import { printUncaughtErrors } from '../../../output/failure.ts'
import { writeLine } from '../../../output/print.ts'
import { identify, isRunning } from '../../../process.ts'
import { stopLocalStore } from '../../../store/local.ts'
import type { KeeperSettings } from './keeper.ts'
import { LeaseLost, leaseOf, RENEW_MS } from './lease.ts'

printUncaughtErrors()
const { kubeconfig, owner, ownerPid, storeFolder } = await readSettings<KeeperSettings>()
const run = await identify(ownerPid)
const lease = leaseOf(connect(kubeconfig).config, { owner })
const say = (line: string): void => {
  writeLine('stdout', `${new Date().toISOString()} ${line}`)
}

let renewedMs = Date.now()
while (await isRunning(run)) {
  try {
    await lease.renew()
    renewedMs = Date.now()
  } catch (error) {
    say(messageOf(error))
    // An API server that a drill has cut off comes back; a lease that is another's does not.
    if (error instanceof LeaseLost) break
  }
  for (let step = 0; step < RENEW_MS / 1000 && (await isRunning(run)); step++) await sleep(1000)
}
// A run that ended by itself has given its lease back; of one that was killed it expires.
say(`ends; renewed last ${new Date(renewedMs).toISOString()}`)
if (storeFolder !== null && !(await isRunning(run))) await stopLocalStore(storeFolder)
