import { spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sendSettings } from '../../system/child-settings.ts'
import { scriptArguments, type ProcessId } from '../../system/process.ts'
import { kindFolder } from './lab.ts'

const MAIN = fileURLToPath(new URL('keeper.main.ts', import.meta.url))

/** Starts the process that removes the cluster after its owner has ended, for whatever reason. */
export function startKeeper(owner: ProcessId): void {
  mkdirSync(kindFolder(), { recursive: true, mode: 0o700 })
  const log = openSync(join(kindFolder(), 'keeper.log'), 'a')
  const child = spawn(process.execPath, scriptArguments(MAIN), { detached: true, stdio: ['pipe', log, log] })
  sendSettings(child.stdin, owner).end()
  child.unref()
}
