import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEntry } from './entry.ts'
import type { UndoEntry, UndoStorage } from './storage.ts'

const SUFFIX = '.json'

/**
 * Stores each undo in a file that only its owner can read. A file is written next to its final name, flushed to disk
 * and renamed, so an entry is complete or missing. A half-written file of a killed process has another suffix and is
 * not an entry.
 */
export function undoFolder(folder: string): UndoStorage {
  const fileOf = (id: string): string => join(folder, `${id}${SUFFIX}`)
  return {
    async add(entry: UndoEntry) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const whole = `${fileOf(entry.id)}.new`
      await flushed(whole, JSON.stringify(entry))
      await rename(whole, fileOf(entry.id))
      await flushFolder(folder)
    },
    async remove(id) {
      await rm(fileOf(id), { force: true })
    },
    async list() {
      const names = (await readNames(folder)).filter((name) => name.endsWith(SUFFIX)).sort()
      const read = await Promise.all(names.map((name) => readEntry(join(folder, name))))
      return {
        entries: read.filter((one) => one !== null && typeof one !== 'string'),
        damaged: read.filter((one) => typeof one === 'string'),
      }
    },
  }
}

async function flushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The rename must survive a power cut, too. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Null if it was removed in the meantime. A sentence if it is damaged. */
async function readEntry(path: string): Promise<UndoEntry | string | null> {
  try {
    return parseEntry(await readFile(path, 'utf8'))
  } catch (error) {
    if (isMissing(error)) return null
    const reason = error instanceof Error ? error.message : String(error)
    return `the undo in "${path}" cannot be read: ${reason}. Next: undo the change that it describes by hand, then: rm ${path}`
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
