import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { readVariable, type Environment } from '../system/environment.ts'
import { codeOf } from '../system/file-error.ts'

/** Folder of all runs' results. */
export const RESULTS = 'results'

/** The folder of a run's results, `results/<id>`. The id is the start time of the run. */
export interface RunFolder {
  id: string
  folder: string
}

/**
 * Returns the run's folder. The first process creates it and stores the folder and its own PID in the environment, which its
 * children inherit. The lab ends with that process, in any way.
 */
export function prepareRun(env: NodeJS.ProcessEnv): RunFolder {
  const known = readVariable(env, 'MESHDRILL_RUN_DIR')
  if (known !== null) return { id: basename(known), folder: known }
  // Cells of a matrix run on separate machines and may start in the same second.
  const cell = readVariable(env, 'MESHDRILL_CELL')
  const run = makeRunFolder(RESULTS, cell === null ? runId() : `${runId()}-${cell}`)
  env.MESHDRILL_RUN_DIR = run.folder
  env.MESHDRILL_OWNER_PID = String(process.pid)
  env.MESHDRILL_RUN_UID = randomUUID()
  return run
}

/** The current time in seconds, as the id of a run. */
export const runId = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '-')

/** Creates a folder in `results`. If a run with that id exists, for example of the same second, the id gets the next free number. */
export function makeRunFolder(results = RESULTS, id = runId()): RunFolder {
  mkdirSync(results, { recursive: true })
  for (let number = 1; ; number++) {
    const free = number === 1 ? id : `${id}-${number}`
    const folder = resolve(join(results, free))
    if (createFolder(folder)) return { id: free, folder }
  }
}

/** Returns false if the folder exists. One system call, so that only one of two processes gets the folder. */
function createFolder(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** PID of the process that started the run. */
export function ownerPid(env: Environment): number {
  const pid = Number(readVariable(env, 'MESHDRILL_OWNER_PID'))
  if (!Number.isInteger(pid) || pid <= 0) throw new Error('MESHDRILL_OWNER_PID is not set: the configuration sets it')
  return pid
}

/** Random UUID of the run. Two runs never share it. */
export function runUid(env: Environment): string {
  const uid = readVariable(env, 'MESHDRILL_RUN_UID')
  if (uid === null) throw new Error('MESHDRILL_RUN_UID is not set: the configuration sets it')
  return uid
}

/** Sets a UUID for a program that is not a run of drills, such as `lab:down`, unless there is one. */
export function ensureRunUid(env: NodeJS.ProcessEnv): void {
  if ((env.MESHDRILL_RUN_UID?.trim() ?? '') === '') env.MESHDRILL_RUN_UID = randomUUID()
}
