import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readVariable, type Environment } from '../system/environment.ts'
import { codeOf } from '../system/file-error.ts'

/** Folder of all runs' results. */
export const RESULTS = 'results'

/** The folder of a run's results, `results/<id>`; the id is the time at which it began. */
export interface RunFolder {
  id: string
  folder: string
}

/**
 * The run's folder, made by the first process that asks: it notes the folder and its own PID in the environment, which the
 * processes that it starts inherit. The lab ends with that process, however it ends.
 */
export function prepareRun(env: NodeJS.ProcessEnv): RunFolder {
  const known = readVariable(env, 'MESHDRILL_RUN_DIR')
  if (known !== null) return { id: basename(known), folder: known }
  // Cells of a matrix may begin in the same second, on machines of their own.
  const cell = readVariable(env, 'MESHDRILL_CELL')
  const run = makeRunFolder(RESULTS, cell === null ? runId() : `${runId()}-${cell}`)
  env.MESHDRILL_RUN_DIR = run.folder
  env.MESHDRILL_OWNER_PID = String(process.pid)
  env.MESHDRILL_RUN_UID = randomUUID()
  return run
}

/** The time, to the second. */
export const runId = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '-')

/** A new folder in `results`. If a run of that id is there already, as of the same second, the id gets the next free number. */
export function makeRunFolder(results = RESULTS, id = runId()): RunFolder {
  mkdirSync(results, { recursive: true })
  for (let number = 1; ; number++) {
    const free = number === 1 ? id : `${id}-${number}`
    const folder = resolve(join(results, free))
    if (createFolder(folder)) return { id: free, folder }
  }
}

/** False if it is there already. One call, so that of two processes only one gets the folder. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The process that began the run. */
export function ownerPid(env: Environment): number {
  const pid = Number(readVariable(env, 'MESHDRILL_OWNER_PID'))
  if (!Number.isInteger(pid) || pid <= 0) throw new Error('MESHDRILL_OWNER_PID is not set: the configuration sets it')
  return pid
}

/** Random UUID of the run: two runs never share it, whatever their host, user and PID. */
export function runUid(env: Environment): string {
  const uid = readVariable(env, 'MESHDRILL_RUN_UID')
  if (uid === null) throw new Error('MESHDRILL_RUN_UID is not set: the configuration sets it')
  return uid
}

/** Draws the UUID of a run for a program that is no run of drills, such as `lab:down`, unless it is given one. */
export function ensureRunUid(env: NodeJS.ProcessEnv): void {
  if ((env.MESHDRILL_RUN_UID?.trim() ?? '') === '') env.MESHDRILL_RUN_UID = randomUUID()
}
