import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sendSettings } from '../../../system/child-settings.ts'
import { scriptArguments, type ProcessId } from '../../../system/process.ts'
import { forgetRun, noteLease, pinAccess } from '../access/run-access.ts'
import { openPinnedCluster, type PinnedCluster, type SurveyedCluster } from '../survey.ts'
import { leaseOf, type ClusterLease } from './lease.ts'
import { identityOf, type Notes } from './notes.ts'

/** Settings of the keeper's process. */
export interface KeeperSettings {
  /** Path of the run's own kubeconfig. The pin is in the same folder. */
  kubeconfig: string
  /** Identity of the run in the lease. */
  owner: string
  /** The run's first process. The caller identifies it, because it may end before the keeper runs. */
  run: ProcessId
  /** Folder of the local store to stop at the end; null if the store must outlive the run. */
  storeFolder: string | null
}

const MAIN = fileURLToPath(new URL('keeper.main.ts', import.meta.url))

/**
 * Starts a separate process that renews the lease, because the process that creates the lab ends long before the run. The keeper
 * ends with the run, or when the lease is released. It ends the run if the lease is lost, or if the address leads to another
 * cluster.
 */
export function startKeeper(folder: string, settings: KeeperSettings): void {
  const log = openSync(join(folder, 'keeper.log'), 'a')
  const child = spawn(process.execPath, scriptArguments(MAIN), { detached: true, stdio: ['pipe', log, log] })
  sendSettings(child.stdin, settings).end()
  child.unref()
}

/**
 * Pins the cluster and takes its lease. From now on the run uses only its own kubeconfig. If the lease cannot be taken, nothing is
 * left behind.
 */
export async function takeCluster(
  { context, reached }: SurveyedCluster,
  owner: Notes['owner'],
  take: (lease: ClusterLease) => Promise<void>,
): Promise<PinnedCluster> {
  const holder = identityOf(owner)
  const pinned = pinAccess(context.access, { uid: reached.uid, runUid: owner.runUid, holder })
  try {
    const pinnedCluster = await openPinnedCluster(pinned)
    await take(leaseOf(pinnedCluster.kube.config, { owner: holder }))
    noteLease(pinned, true)
    return pinnedCluster
  } catch (error) {
    await forgetRun(pinned.pin)
    throw error
  }
}
