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

/**
 * True if the run has ended normally: before it releases or removes its lease, it notes that in its pin. With another pin the run
 * has taken the cluster again, and has another keeper.
 */
function isReleased(): boolean {
  const current = readPin(kubeconfig)
  return current?.isLeased !== true || current.id !== pin?.id
}

/** Ends the run: its processes refuse further changes, and its first process gets SIGTERM. */
async function endRun(reason: string): Promise<void> {
  markAborted(kubeconfig, reason)
  say(`ending the run: ${reason}`)
  if (await isRunning(run)) process.kill(run.pid, 'SIGTERM')
}

/** True while a watchdog undoes the run's faults. It uses the run's kubeconfig and lease. */
async function isUndoing(): Promise<boolean> {
  const watchdog = pin === null ? null : await readWatchdog(clusterFolder(pin.uid))
  return watchdog?.owner.pid === run.pid && watchdog.owner.born === run.born && (await isRunning(watchdog))
}
const isNeeded = async (): Promise<boolean> => (await isRunning(run)) || (await isUndoing())

let renewedMs = Date.now()
while ((await isNeeded()) && !isReleased()) {
  try {
    await lease.renew()
    renewedMs = Date.now()
  } catch (error) {
    if (isReleased()) break
    say(messageOf(error))
    // An API server may be unavailable during a drill. A lost lease or another cluster is permanent.
    if (error instanceof LeaseLost || error instanceof RunAborted) {
      await endRun(messageOf(error))
      break
    }
  }
  for (let step = 0; step < RENEW_MS / 1000 && (await isNeeded()) && !isReleased(); step++) await sleep(1000)
}
say(`last renewal: ${new Date(renewedMs).toISOString()}`)
if (!isReleased()) while (await isRunning(run)) await sleep(1000)
// The lease of a killed run expires later, but the copy of its credentials is removed at once.
if (!(await isRunning(run))) {
  if (pin !== null) await forgetRun(pin)
  if (storeFolder !== null) await stopLocalStore(storeFolder)
}
