import { spawn } from 'node:child_process'
import { messageOf } from './file-error.ts'

/**
 * The one way to run a program to its end. It is not zx: zx starts a shell, adds 90 ms of CPU time to the start of each process
 * that imports it, and has nothing for programs that outlive their caller, which are most of ours. Those are started with
 * `spawn`, and known by `ProcessId`.
 */
export interface RunOptions {
  /** Then the program and all that it started are ended. A minute where it is not given. */
  timeoutMs?: number
  /** The whole environment of the program; that of this process where it is not given. */
  env?: NodeJS.ProcessEnv
  /** Folder in which it runs; that of this process where it is not given. */
  cwd?: string
  /** Its standard input; nothing where it is not given. */
  input?: string
}

export interface Ended {
  stdout: string
  stderr: string
}

/** A program that did not end well. `exitCode` is null if a signal ended it. */
export class ProgramError extends Error {
  constructor(
    message: string,
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(message)
  }

  /** Whether there is no such program. */
  get isMissing(): boolean {
    return this.exitCode === NOT_FOUND
  }
}

/** Exit code of a shell that does not find the program. */
const NOT_FOUND = 127

/** Programs create files that others must read, whatever umask the user has. The user's own process keeps it. */
const WITH_UMASK = ['-c', 'umask 022; exec "$0" "$@"']

/** After SIGTERM. */
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
    // A process group of its own, so that what it starts can be ended with it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [child.stdout, child.stderr].map(collect)
  // A program that ends before it reads its input shows that by its exit code.
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
    // All of it has ended.
  }
}
