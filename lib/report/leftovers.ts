import { type Dirent, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../system/file-error.ts'

/** A name for what exists only while this process writes: of a process that was killed, the next writer can remove it. */
export const temporaryName = (prefix: string): string => `${prefix}${process.pid}`

/**
 * Removes from a folder what processes left that were killed while they wrote: what `temporaryName` named, with any ending.
 * Nothing of another process that is running is removed, and nothing of another type than what is written. What cannot be
 * removed is left: it is in nobody's way.
 */
export function removeLeftovers(folder: string, prefix: string, type: 'folder' | 'link'): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry
    const pid = name.startsWith(prefix) ? /^(\d+)(-.*)?$/.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid === undefined || !isOfType(entry, type) || isOthers(Number(pid))) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch (error) {
      if (codeOf(error) === null) throw error
    }
  }
}

const isOfType = (entry: Dirent, type: 'folder' | 'link'): boolean =>
  type === 'folder' ? entry.isDirectory() : entry.isSymbolicLink()

/** Whether a process other than this one is running under that number. */
function isOthers(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // One that may not be signalled is running.
    return codeOf(error) !== 'ESRCH'
  }
}
