import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sendSettings, childEnvironment } from '../../system/child-settings.ts'
import { cacheFolder, readVariable, stateFolder, type Environment } from '../../system/environment.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { identify, isRunning, scriptArguments, type ProcessId, killProcess } from '../../system/process.ts'
import { undoFolder } from './folder.ts'
import type { PerformUndo } from './heal.ts'
import { undoFolderOf } from './journal.ts'
import { healOrphans, isOrphan } from './replay.ts'

/** A watchdog, and the main process of its run. */
type WatchdogNote = ProcessId & { owner: ProcessId }

const fileIn = (folder: string): string => join(folder, 'watchdog.json')

/** The newest watchdog of a lab. Null if none was recorded, or if its file is incomplete. */
export async function readWatchdog(folder: string): Promise<WatchdogNote | null> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as WatchdogNote
  } catch {
    return null
  }
}

export async function writeWatchdog(folder: string, note: WatchdogNote): Promise<void> {
  await writeFile(fileIn(folder), JSON.stringify(note), { mode: 0o600 })
}

/** Ends the watchdog of a lab that is about to end. Otherwise it would start nodes and the store again. */
export async function endWatchdog(folder: string): Promise<void> {
  const there = await readWatchdog(folder)
  if (there !== null) await killProcess(there)
}

export interface WatchdogSettings<Config = unknown> {
  /** Folder of the lab. */
  folder: string
  /** The main process of the run. */
  owner: ProcessId
  /**
   * Configuration of the run for the main program. It may contain the keys of a store, so it is sent by standard input.
   */
  config: Config
}

/** Variables that a watchdog needs to find the lab, its programs and the run. None of them is a secret. */
const KEPT = ['MESHDRILL_RUN_UID', 'SUDO_USER', 'SUDO_UID', 'GOCACHE', 'GOMODCACHE', 'GOPATH', 'GOAMD64', 'GOARM64']

/** Environment of a watchdog. It may outlive the run, so it gets no proxy, kubeconfig or key from the user's shell. */
export function watchdogEnvironment(environment: Environment = process.env): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = readVariable(environment, name)
    return value === null ? [] : [[name, value] as const]
  })
  const places = {
    XDG_CACHE_HOME: dirname(cacheFolder(environment)),
    XDG_STATE_HOME: dirname(stateFolder(environment)),
  }
  return childEnvironment(homedir(), { ...Object.fromEntries(kept), ...places }, environment)
}

const EVERY_MS = 500
/** After the run ended: a cluster that was removed with it does not come back. */
const MOST_FAILURES = 3

/**
 * Starts the process that undoes the faults of killed processes, one for each run. It is a separate process, so it
 * outlives main process and workers. It ends when the run ended and no undo is pending. `main` is the path of its
 * program.
 */
export async function ensureWatchdog(
  folder: string,
  { ownerPid, config, main }: { ownerPid: number; config: unknown; main: string },
): Promise<void> {
  const owner = await identify(ownerPid)
  const there = await readWatchdog(folder)
  if (there?.owner.pid === owner.pid && there.owner.born === owner.born && (await isRunning(there))) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const log = await open(join(folder, 'watchdog.log'), 'a', 0o600)
  const child = spawn(process.execPath, scriptArguments(main), {
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
    env: watchdogEnvironment(),
  })
  sendSettings(child.stdin, { folder, owner, config } satisfies WatchdogSettings).end()
  child.unref()
  await log.close()
  await writeWatchdog(folder, { ...(await identify(child.pid ?? 0)), owner })
}

/**
 * Undoes the faults of killed processes of a run, until the run ended and no undo is pending. A failed undo stays in
 * the journal for the next run.
 */
export async function watchOver(
  { folder, owner }: Pick<WatchdogSettings, 'folder' | 'owner'>,
  { attach, log, perform }: { attach: () => Promise<Lab>; log: (line: string) => void; perform?: PerformUndo },
): Promise<void> {
  const storage = undoFolder(undoFolderOf(folder))
  let failures = 0
  for (;;) {
    await sleep(EVERY_MS)
    const runs = await isRunning(owner)
    const { entries } = await storage.list()
    if (!runs && (entries.length === 0 || failures >= MOST_FAILURES)) return
    const orphaned = await Promise.all(entries.map(isOrphan))
    if (!orphaned.includes(true)) continue
    try {
      for (const one of await healOrphans(await attach(), perform)) {
        log('error' in one ? one.error : `undone: ${one.entry.fault}: ${one.evidence}`)
        if ('error' in one) failures++
      }
    } catch (error) {
      failures++
      log(messageOf(error))
    }
  }
}
