import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { pending, waitFor } from './wait.ts'

/** What Node is started with for a script of ours as a process of its own; `sendSettings` sends what it needs to know. */
export const scriptArguments = (main: string): string[] => ['--import', TYPESCRIPT, main]

/** The module with which Node runs TypeScript of this project. */
export const TYPESCRIPT = new URL('typescript.js', import.meta.url).href

/** A process of this machine that is not our child, or of whom we know from a file. */
export interface ProcessId {
  pid: number
  /** When it began, as `bornAt` says: tells it from a later process of the same PID. */
  born: string
}

/** Who a process is, for as long as it runs and after. */
export const identify = async (pid: number): Promise<ProcessId> => ({ pid, born: (await bornAt(pid)) ?? '' })

/** When a process began, in its system's own words; null where there is none. */
export const bornAt = (pid: number): Promise<string | null> =>
  process.platform === 'linux' ? readTicks(pid) : askPs(pid)

let self: ProcessId | null = null

/** This process. Asks the system once, and at once. */
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

/** In clock ticks since boot. */
function ticksIn(stat: string | null): string | null {
  // The program's name, in parentheses, may itself hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields && fields[0] !== 'Z' ? (fields[19] ?? null) : null
}

/** `ps` fails where there is no such process. */
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
