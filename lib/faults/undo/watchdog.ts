import { spawn } from 'node:child_process'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sendSettings } from '../../child-settings.ts'
import type { Lab } from '../../lab.ts'
import { messageOf } from '../../message-of.ts'
import { identify, isRunning, scriptArguments, type ProcessId } from '../../process.ts'
import { undoFolder } from './folder.ts'
import type { PerformUndo } from './heal.ts'
import { undoFolderOf } from './journal.ts'
import { healOrphans, isOrphan } from './replay.ts'

export interface WatchdogSettings {
  /** Folder of the lab. */
  folder: string
  /** The run: its main process. */
  owner: ProcessId
}

const MAIN = fileURLToPath(new URL('watchdog.main.ts', import.meta.url))
const EVERY_MS = 500
/** After the run has ended: a cluster that went with it does not come back. */
const MOST_FAILURES = 3

/**
 * Starts the process that undoes faults when their process was killed; one a run. It is one of its own, so that it outlives
 * main process and workers, and ends when the run has ended and nothing is left to undo.
 */
export async function ensureWatchdog(folder: string, ownerPid: number, main = MAIN): Promise<void> {
  const file = join(folder, 'watchdog.json')
  const owner = await identify(ownerPid)
  const there = await readNote(file)
  if (there?.owner.pid === owner.pid && there.owner.born === owner.born && (await isRunning(there))) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const log = await open(join(folder, 'watchdog.log'), 'a', 0o600)
  const child = spawn(process.execPath, scriptArguments(main), { detached: true, stdio: ['pipe', log.fd, log.fd] })
  if (child.stdin === null) throw new Error('the watchdog has no standard input')
  sendSettings(child.stdin, { folder, owner } satisfies WatchdogSettings).end()
  child.unref()
  await log.close()
  await writeFile(file, JSON.stringify({ ...(await identify(child.pid ?? 0)), owner }), { mode: 0o600 })
}

async function readNote(file: string): Promise<(ProcessId & { owner: ProcessId }) | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  try {
    return text === null ? null : (JSON.parse(text) as ProcessId & { owner: ProcessId })
  } catch {
    // Half a note is that of a run that was killed: its watchdog is of another owner.
    return null
  }
}

/**
 * Undoes what killed processes of a run leave, until the run has ended and nothing is left. What it cannot undo stays in the
 * journal, for the next run.
 */
export async function watchOver(
  { folder, owner }: WatchdogSettings,
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
