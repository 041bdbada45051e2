import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, lstat, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { stateFolder } from '../../../system/environment.ts'
import { ownerProblem, requireOwnFolder, requireUntouched, trustedUsers, isMissing } from './trust.ts'

/** A file that takes long to create. Equal keys mean equal content. */
export interface CacheEntry {
  folder: string
  name: string
  /** Result of `keyOf` for all inputs of the content. */
  key: string
  /** End of the file name, with its dot; empty for programs. */
  suffix: string
}

/** Record of a complete cached file. It is kept in another folder, so that an attacker with access to the cache cannot forge it. */
interface CacheRecord {
  sha256: string
  /** Inode, size and times of the file. While they are the same, the content is not read again. */
  state: string
}

const kept = 2
const abandonedAfterMs = 24 * 3_600_000

/** A hash of 16 hexadecimal digits. It depends on all inputs and their order. */
export function keyOf(inputs: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:`).update(input)
  return hash.digest('hex').slice(0, 16)
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

export function pathOf(entry: CacheEntry): string {
  return join(entry.folder, `${entry.name}-${entry.key}${entry.suffix}`)
}

/**
 * The path of a cached file; null if it is not in the cache. A file counts as missing if its content has changed or if other users
 * may write to it; that is logged. The content is read only if inode, size or times have changed. Errors: other users could
 * change the folder's content.
 */
export async function findCached(entry: CacheEntry, log: (line: string) => void): Promise<string | null> {
  await requireUntouched(entry.folder)
  const path = pathOf(entry)
  const [record, state] = [await readRecord(path), await stateOf(path)]
  if (!record || !state) return null
  const problem = await fileProblem(path)
  if (problem !== null) {
    log(`the cached ${entry.name} is not used, because ${problem}: creating it again`)
    return null
  }
  if (state === record.state) return path
  const sha256 = await sha256Of(path)
  if (sha256 === record.sha256) {
    await writeRecord(path, { sha256, state })
    return path
  }
  log(`the cached ${entry.name} is damaged ("${path}" has SHA-256 ${sha256}, had ${record.sha256}): creating it again`)
  return null
}

/** Lets `make` write the file under a temporary name, and renames it when it is complete. Returns its path. */
export async function makeCached(entry: CacheEntry, make: (temporary: string) => Promise<void>): Promise<string> {
  const path = pathOf(entry)
  await requireOwnFolder(entry.folder)
  const temporary = `${path}.${randomUUID().slice(0, 8)}.partial`
  try {
    await make(temporary)
    // With any umask, other users must not be able to write to it, and images need an executable file.
    await chmod(temporary, 0o755)
    const sha256 = await sha256Of(temporary)
    await rename(temporary, path)
    const state = await stateOf(path)
    if (!state) throw new Error(`"${path}" was removed while it was added to the cache. Next: run the command again`)
    await writeRecord(path, { sha256, state })
  } finally {
    await rm(temporary, { force: true })
  }
  await prune(entry)
  return path
}

async function stateOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Why other users could change or replace a cached file; null if they cannot. */
async function fileProblem(path: string): Promise<string | null> {
  const found = await lstat(path)
  if (!found.isFile()) return `"${path}" is not a regular file`
  return ownerProblem(path, found, { users: await trustedUsers(), isLast: true })
}

/** Path of a file's record, in the user's state folder. It is outside of the cache. */
export function recordFile(path: string): string {
  return join(stateFolder(), 'cache', keyOf([dirname(path)]), `${basename(path)}.sha256`)
}

/** Reads a file's record. An incomplete or unreadable record counts as missing, so the file is created again. */
async function readRecord(path: string): Promise<CacheRecord | null> {
  const file = recordFile(path)
  await requireUntouched(dirname(file))
  const text = await readFile(file, 'utf8').catch(() => null)
  const [sha256 = '', state = ''] = text?.split('\n') ?? []
  return /^[0-9a-f]{64}$/.test(sha256) && state !== '' ? { sha256, state } : null
}

async function writeRecord(path: string, record: CacheRecord): Promise<void> {
  const file = recordFile(path)
  await requireOwnFolder(dirname(file))
  const temporary = `${file}.${randomUUID().slice(0, 8)}.partial`
  await writeFile(temporary, `${record.sha256}\n${record.state}\n`, { mode: 0o600 })
  await rename(temporary, file)
}

/** Keeps the newest files with the entry's name. Deletes older files and those that interrupted runs left. */
async function prune(entry: CacheEntry): Promise<void> {
  const names = await readdir(entry.folder)
  const current = basename(pathOf(entry))
  const others = await withAge(
    entry.folder,
    names.filter((name) => name !== current && isOf(entry, name)),
  )
  const partial = await withAge(
    entry.folder,
    names.filter((name) => name.endsWith('.partial')),
  )
  const old = others.sort((a, b) => a.ageMs - b.ageMs).slice(kept - 1)
  const abandoned = partial.filter(({ ageMs }) => ageMs > abandonedAfterMs)
  for (const { name } of [...old, ...abandoned]) {
    await rm(join(entry.folder, name), { force: true, recursive: true })
    await rm(recordFile(join(entry.folder, name)), { force: true })
  }
}

/** True for a file of the entry's name with any key. The key's fixed length tells `velero` from `velero-plugin-for-aws`. */
function isOf(entry: CacheEntry, file: string): boolean {
  const [start, end] = [`${entry.name}-`, entry.suffix]
  return (
    file.startsWith(start) &&
    file.endsWith(end) &&
    /^[0-9a-f]{16}$/.test(file.slice(start.length, file.length - end.length))
  )
}

async function withAge(folder: string, names: string[]): Promise<{ name: string; ageMs: number }[]> {
  const ages: { name: string; ageMs: number }[] = []
  for (const name of names) {
    try {
      ages.push({ name, ageMs: Date.now() - (await stat(join(folder, name))).mtimeMs })
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return ages
}
