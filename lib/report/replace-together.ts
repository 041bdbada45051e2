import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
  type Dirent,
  readdirSync,
} from 'node:fs'
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

/** A file that is written bit by bit, so that it never has to fit into memory. */
export interface Output {
  write: (content: string | Buffer) => void
}

/** Content that is written now and copied later. It waits on the disk. */
interface Spool extends Output {
  copyTo: (output: Output) => void
}

/** Files of one folder that are replaced together. */
export interface Replacement {
  /** A new file of that name. It takes its place when all are complete. */
  create: (name: string) => Output
  /** A file that only this replacement needs. */
  spool: () => Spool
}

const STAGE = '.results-'

/**
 * Replaces several files of a folder together: `produce` writes all of them into a folder beside, and they take their places
 * once all are complete and on the disk. If anything fails, all files of before are there unchanged, and nothing else. What a
 * process left that was killed in the middle is removed.
 */
export function replaceTogether<T>(folder: string, produce: (replacement: Replacement) => T): T {
  removeLeftovers(folder, STAGE, 'folder')
  // In the same folder, as only within one file system is a rename one step.
  const stage = mkdtempSync(join(folder, `${temporaryName(STAGE)}-`))
  const created = new Map<string, number>()
  const spools: number[] = []
  try {
    const value = produce({
      create: (name) => {
        const descriptor = openSync(join(stage, name), 'wx')
        created.set(name, descriptor)
        return outputOf(descriptor)
      },
      spool: () => {
        const descriptor = openSync(join(stage, `spool-${spools.length}`), 'wx+')
        spools.push(descriptor)
        return {
          ...outputOf(descriptor),
          copyTo: (output) => {
            copyAll(descriptor, output)
          },
        }
      },
    })
    for (const descriptor of created.values()) fsyncSync(descriptor)
    putInPlace(folder, stage, [...created.keys()])
    return value
  } finally {
    for (const descriptor of [...created.values(), ...spools]) closeSync(descriptor)
    rmSync(stage, { recursive: true, force: true })
  }
}

const outputOf = (descriptor: number): Output => ({
  write: (content) => {
    writeAll(descriptor, typeof content === 'string' ? Buffer.from(content) : content)
  },
})

function copyAll(descriptor: number, output: Output): void {
  const chunk = Buffer.allocUnsafe(1 << 20)
  let [position, count] = [0, 0]
  do {
    count = readSync(descriptor, chunk, 0, chunk.length, position)
    position += count
    output.write(chunk.subarray(0, count))
  } while (count > 0)
}

/** A write may take only the first bytes; an error such as a full disk is thrown by the next one. */
export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset)
}

function putInPlace(folder: string, stage: string, names: string[]): void {
  const earlier = join(stage, 'earlier')
  mkdirSync(earlier)
  const kept = new Map(names.map((name) => [name, keep(join(folder, name), join(earlier, name))]))
  const placed: string[] = []
  try {
    for (const name of names) {
      renameSync(join(stage, name), join(folder, name))
      placed.push(name)
    }
  } catch (error) {
    for (const name of placed) {
      if (kept.get(name) === true) renameSync(join(earlier, name), join(folder, name))
      else rmSync(join(folder, name))
    }
    throw error
  }
}

/** A second name for a file, or a copy where the file system has no hard links. False if there is no such file. */
function keep(file: string, copy: string): boolean {
  try {
    linkSync(file, copy)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    copyFileSync(file, copy)
    return true
  }
}
