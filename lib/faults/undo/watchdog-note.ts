import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killProcess, type ProcessId } from '../../system/process.ts'

/** A watchdog, and the main process of its run. */
export type WatchdogNote = ProcessId & { owner: ProcessId }

const fileIn = (folder: string): string => join(folder, 'watchdog.json')

/** The newest watchdog of a lab; null where none was noted, or a killed process wrote half a note. */
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

/** Ends the watchdog of a lab that is about to end: it would start nodes and the store again. */
export async function endWatchdog(folder: string): Promise<void> {
  const there = await readWatchdog(folder)
  if (there !== null) await killProcess(there)
}
