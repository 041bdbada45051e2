import { spawn } from 'node:child_process'
import { messageOf } from './file-error.ts'

/**
 * Options of `run`, the only way to run a program to its end. zx is not used, because it adds 90 ms of CPU time to the start of
 * each process that imports it. It also has nothing for programs that outlive their caller: those are started with `spawn` and
 * identified by `ProcessId`.
 */
export interface RunOptions {
  /** After this time, the program and all processes that it started are ended. Default: one minute. */
  timeoutMs?: number
  /** The whole environment of the program. Default: the environment of this process. */
  env?: NodeJS.ProcessEnv
  /** Folder in which the program runs. Default: the folder of this process. */
  cwd?: string
  /** Standard input. Default: empty. */
  input?: string
}

export interface Ended {
  stdout: string
  stderr: string
}

/** A program failed or took too long. `exitCode` is null if a signal ended it. */
export class ProgramError extends Error {
  constructor(
    message: string,
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(message)
  }

  /** True if the program is not installed. */
  get isMissing(): boolean {
    return this.exitCode === NOT_FOUND
  }
}

/** Exit code of a shell that cannot find the program. */
const NOT_FOUND = 127

/** Other users must be able to read the files that programs create, so the user's umask is replaced for them. */
const WITH_UMASK = ['-c', 'umask 022; exec "$0" "$@"']

/** Time between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000

/** Runs a program to its end and returns its standard output. Errors: `ProgramError`, with what it wrote to standard error. */
export const run = async (program: string, args: readonly string[], options: RunOptions = {}): Promise<string> =>
  (await runToEnd(program, args, options)).stdout

/** As `run`, but returns standard error too. */
export async function runToEnd(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { timeoutMs = 60_000, env, cwd, input } = options
  const command = [program, ...args].join(' ')
  const child = spawn('/bin/sh', [...WITH_UMASK, program, ...args], {
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    // A separate process group, so that all processes that the program starts can be ended with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect)
  // If a program ends before it reads its input, its exit code shows it.
  child.stdin.on('error', () => undefined).end(input)
  const late = new AbortController()
  const timers = [
    setTimeout(() => {
      late.abort()
      endGroup(child.pid, 'SIGTERM')
      timers.push(setTimeout(endGroup, GRACE_MS, child.pid, 'SIGKILL'))
    }, timeoutMs),
  ]
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (...ended) => {
        resolve(ended)
      })
    })
    const ended = { stdout: stdout?.() ?? '', stderr: stderr?.() ?? '' }
    if (exitCode === 0 && !late.signal.aborted) return ended
    const how = signal === null ? `exit ${exitCode ?? 'unknown'}` : `ended by ${signal}`
    const why = late.signal.aborted ? `no end after ${timeoutMs / 1000} s` : ended.stderr.trim() || how
    throw new ProgramError(`${command}: ${why}`, exitCode, ended.stderr)
  } catch (error) {
    if (error instanceof ProgramError) throw error
    throw new Error(`${command}: ${messageOf(error)}`, { cause: error })
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // All processes of the group have ended.
  }
}
