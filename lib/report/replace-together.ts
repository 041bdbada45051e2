import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../file-error.ts'

/** A file that is written bit by bit, so that it never has to fit into memory. */
export interface Output {
  write(text: string): void
}

/** Files of one folder that are replaced together. */
export interface Replacement {
  /** A new file of that name. It takes its place when all are complete. */
  create: (name: string) => Output
  /** Path for a file that only this replacement needs. It is removed in the end. */
  scratch: (name: string) => string
}

/**
 * Replaces several files of a folder together: `produce` writes all of them into a folder beside, and they take their places
 * once all are complete and on the disk. If anything fails, all files of before are there unchanged, and nothing else.
 */
export function replaceTogether<T>(folder: string, produce: (replacement: Replacement) => T): T {
  // In the same folder, as only within one file system is a rename one step.
  const stage = mkdtempSync(join(folder, '.results-'))
  const open = new Map<string, number>()
  try {
    const value = produce({
      create: (name) => {
        const descriptor = openSync(join(stage, name), 'wx')
        open.set(name, descriptor)
        return {
          write: (text) => {
            writeAll(descriptor, Buffer.from(text))
          },
        }
      },
      scratch: (name) => join(stage, `scratch-${name}`),
    })
    for (const descriptor of open.values()) fsyncSync(descriptor)
    putInPlace(folder, stage, [...open.keys()])
    return value
  } finally {
    for (const descriptor of open.values()) closeSync(descriptor)
    rmSync(stage, { recursive: true, force: true })
  }
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
