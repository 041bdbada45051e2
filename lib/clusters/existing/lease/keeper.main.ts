import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../../../system/child-settings.ts'
import { markAborted, readPin, RunAborted } from '../../../kube/access/pin.ts'
import { connect } from '../../../kube/client.ts'
import { messageOf } from '../../../system/file-error.ts'
import { writeLine, printUncaughtErrors } from '../../../output/print.ts'
import { isRunning } from '../../../system/process.ts'
import { readWatchdog } from '../../../faults/undo/watchdog.ts'
import { stopLocalStore } from '../../../store/local.ts'
import { clusterFolder, forgetRun } from '../access/run-access.ts'
import type { KeeperSettings } from './keeper.ts'
import { LeaseLost, leaseOf, RENEW_MS } from './lease.ts'

printUncaughtErrors()
const { kubeconfig, owner, run, storeFolder } = await readSettings<KeeperSettings>()
const pin = readPin(kubeconfig)
const lease = leaseOf(connect(kubeconfig).config, { owner })
const say = (line: string): void => {
  writeLine('stdout', `${new Date().toISOString()} ${line}`)
}

/** A run that ends normally releases its lease, or removes it with the lab. It notes that in its pin before. */
const isGivenBack = (): boolean => readPin(kubeconfig)?.isLeased !== true

/** Ends the run: its processes refuse further changes, and its first process gets SIGTERM. */
async function endRun(reason: string): Promise<void> {
  markAborted(kubeconfig, reason)
  say(`the run is ended: ${reason}`)
  if (await isRunning(run)) process.kill(run.pid, 'SIGTERM')
}

/** True while a watchdog undoes the run's faults. It uses the run's kubeconfig and lease. */
async function isUndoing(): Promise<boolean> {
  const watchdog = pin === null ? null : await readWatchdog(clusterFolder(pin.uid))
  return watchdog?.owner.pid === run.pid && watchdog.owner.born === run.born && (await isRunning(watchdog))
}
const isNeeded = async (): Promise<boolean> => (await isRunning(run)) || (await isUndoing())

let renewedMs = Date.now()
while ((await isNeeded()) && !isGivenBack()) {
  try {
    await lease.renew()
    renewedMs = Date.now()
  } catch (error) {
    if (isGivenBack()) break
    say(messageOf(error))
    // An API server that a drill has cut off comes back; another cluster, or a lease that is another's, does not.
    if (error instanceof LeaseLost || error instanceof RunAborted) {
      await endRun(messageOf(error))
      break
    }
  }
  for (let step = 0; step < RENEW_MS / 1000 && (await isNeeded()); step++) await sleep(1000)
}
say(`renewed last ${new Date(renewedMs).toISOString()}`)
if (!isGivenBack()) while (await isRunning(run)) await sleep(1000)
// The lease of a run that was killed expires. The copy of its credentials goes at once.
if (!(await isRunning(run))) {
  if (pin !== null) await forgetRun(pin)
  if (storeFolder !== null) await stopLocalStore(storeFolder)
}
