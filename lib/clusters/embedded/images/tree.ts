import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../../../system/file-error.ts'

const ELF = Buffer.from([0x7f, 0x45, 0x4c, 0x46])

/** Files and folders as they are found now; null if one of the paths is not there. A `*` stands for the newest version's folder. */
export async function findPaths(patterns: readonly string[]): Promise<string[] | null> {
  const found: string[] = []
  for (const pattern of patterns) {
    const [before = '', after] = pattern.split('/*')
    const path = after === undefined ? before : join(before, await newestIn(before), after)
    if (!(await isThere(path))) return null
    found.push(path)
  }
  return found
}

/** A file of this machine that goes into an image. */
interface TreeFile {
  source: string
  mode: number
  dynamic?: true
}

/** The files of an image at these paths and below them. Programs and libraries come with the libraries that they load. */
export async function filesBelow(paths: readonly string[]): Promise<Record<string, TreeFile>> {
  const files: Record<string, TreeFile> = {}
  for (const path of paths) {
    for (const file of await listFiles(path)) {
      const { mode } = await stat(file)
      files[file] = { source: file, mode: mode & 0o777, ...((await isElf(file)) ? { dynamic: true } : {}) }
    }
  }
  return files
}

async function newestIn(folder: string): Promise<string> {
  if (!(await isThere(folder))) return ''
  const names = await readdir(folder)
  return names.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1) ?? ''
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

async function listFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  return files.sort()
}

async function isElf(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(ELF.length), 0, ELF.length, 0)
    return buffer.equals(ELF)
  } finally {
    await file.close()
  }
}
