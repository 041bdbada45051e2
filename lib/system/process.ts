import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pending, waitFor } from './wait.ts'

/** Arguments with which Node runs a script of this project as a separate process. `sendSettings` sends its settings. */
export const scriptArguments = (main: string): [start: string, main: string] => [START, main]

const START = fileURLToPath(new URL('start.js', import.meta.url))

/** Identifies a process of this machine that need not be a child of this process. */
export interface ProcessId {
  pid: number
  /** Start time from `bornAt`. A later process with the same PID has another one. */
  born: string
}

/** Identifies a running process, so that later processes with the same PID are not mistaken for it. */
export const identify = async (pid: number): Promise<ProcessId> => ({ pid, born: (await bornAt(pid)) ?? '' })

/** Start time of a process, in a format of the operating system; null if the process does not exist. */
export const bornAt = (pid: number): Promise<string | null> =>
  process.platform === 'linux' ? readTicks(pid) : askPs(pid)

let self: ProcessId | null = null

/** Identifies this process. Synchronous; later calls return the first result. */
export function thisProcess(): ProcessId {
  const { pid } = process
  const born = (): string =>
    process.platform === 'linux'
      ? (ticksIn(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? '')
      : execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return (self ??= { pid, born: born() })
}

async function readTicks(pid: number): Promise<string | null> {
  return ticksIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null))
}

/** Start time in clock ticks since boot; null for a zombie. */
function ticksIn(stat: string | null): string | null {
  // The program's name is in parentheses and may contain spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields && fields[0] !== 'Z' ? (fields[19] ?? null) : null
}

/** `ps` fails if the process does not exist. */
async function askPs(pid: number): Promise<string | null> {
  const answer = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => null)
  const born = answer?.stdout.trim() ?? ''
  return born === '' ? null : born
}

export const isRunning = async ({ pid, born }: ProcessId): Promise<boolean> =>
  born !== '' && (await bornAt(pid)) === born

/** Ends a process at once and resolves when it is gone. */
export async function killProcess(id: ProcessId): Promise<void> {
  if (await isRunning(id)) process.kill(id.pid, 'SIGKILL')
  await waitFor(`process ${id.pid} gone`, async () => ((await isRunning(id)) ? pending('still there') : true), {
    timeout: '10s',
    every: '20ms',
  })
}
