import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../system/file-error.ts'
import { readVariable, stateFolder, type Environment } from '../system/environment.ts'

/*
 * Secrets that the processes of a run share, as one process may print a secret that another one has made. They are in a file
 * outside of the results, which only this user can read, and which is removed at the end of the run.
 */

/** How much of the file this process has read, in bytes. */
let read = 0
let ended = false

/** Shares a secret with the other processes of the run. Does nothing outside of a run. */
export function shareSecret(value: string): void {
  const file = sharedFile(process.env)
  if (file === null || ended) return
  mkdirSync(folderOf(process.env), { recursive: true, mode: 0o700 })
  // One call writes the whole line, so that lines of several processes never mix (O_APPEND).
  appendFileSync(file, `${JSON.stringify(value)}\n`, { mode: 0o600 })
}

/** The secrets that processes of the run have shared since the last call. */
export function learnSecrets(): string[] {
  const file = sharedFile(process.env)
  if (file === null || ended) return []
  const text = readFrom(file, read)
  // An incomplete line is read the next time.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  read += Buffer.byteLength(whole)
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as string]))
}

/** Removes the file at the end of the run, and the files of killed runs. This process keeps what it has learnt. */
export function endSharing(): void {
  const file = sharedFile(process.env)
  ended = true
  if (file !== null) rmSync(file, { force: true })
  for (const name of namesIn(folderOf(process.env))) {
    if (!isRunning(Number(name.split('-')[0]))) rmSync(join(folderOf(process.env), name), { force: true })
  }
}

const folderOf = (environment: Environment): string => join(stateFolder(environment), 'secrets')

/** Named by the process that began the run, with which the file's use ends. Null outside of a run. */
function sharedFile(environment: Environment): string | null {
  const uid = readVariable(environment, 'MESHDRILL_RUN_UID')
  const owner = Number(readVariable(environment, 'MESHDRILL_OWNER_PID'))
  if (uid === null || !/^[\w-]+$/.test(uid) || !Number.isInteger(owner) || owner <= 0) return null
  return join(folderOf(environment), `${owner}-${uid}.jsonl`)
}

function readFrom(file: string, position: number): string {
  const descriptor = openIfThere(file)
  if (descriptor === null) return ''
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - position))
    return bytes.length === 0 ? '' : bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, position))
  } finally {
    closeSync(descriptor)
  }
}

function openIfThere(file: string): number | null {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}
