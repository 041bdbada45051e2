import { type Dirent, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../system/file-error.ts'

/** A name for a temporary file or folder of this process. If the process is killed, the next writer can remove it. */
export const temporaryName = (prefix: string): string => `${prefix}${process.pid}`

/**
 * Removes temporary files and folders of killed processes: entries that `temporaryName` named, with any ending. Entries of a
 * running process and of another type stay. An entry that cannot be removed stays too, as it does no harm.
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
    // A process that may not be signalled is running.
    return codeOf(error) !== 'ESRCH'
  }
}
