import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sendSettings } from '../../../system/child-settings.ts'
import { scriptArguments, type ProcessId } from '../../../system/process.ts'

/** What the keeper is told. */
export interface KeeperSettings {
  /** The run's own, with its pin beside it. */
  kubeconfig: string
  /** Whose lease it renews. */
  owner: string
  /** The run's first process. Whoever starts the keeper identifies it: it may have ended before the keeper runs. */
  run: ProcessId
  /** The cluster's folder on this machine; null for a store that is to outlive that process. */
  storeFolder: string | null
}

const MAIN = fileURLToPath(new URL('keeper.main.ts', import.meta.url))

/**
 * Starts the process that renews the lease. It is one of its own as the lab is made in one that ends long before the run does;
 * it ends with the run, or when the lease is given back. A lease that is lost, and another cluster in the place of the confirmed
 * one, end the run.
 */
export function startKeeper(folder: string, settings: KeeperSettings): void {
  const log = openSync(join(folder, 'keeper.log'), 'a')
  const child = spawn(process.execPath, scriptArguments(MAIN), { detached: true, stdio: ['pipe', log, log] })
  sendSettings(child.stdin, settings).end()
  child.unref()
}
