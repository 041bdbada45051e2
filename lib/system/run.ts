import { $ } from 'zx'

/** Programs create files that others must read, whatever umask the user has. The user's own process keeps it. */
const UMASK = 'umask 022;'

export interface RunOptions {
  timeoutMs?: number
  /** The whole environment of the program; that of this process where it is not given. */
  env?: Record<string, string>
}

/** Runs a program to its end and returns its standard output. A failure is an error with what it said. */
export async function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const timeout = `${options.timeoutMs ?? 60_000}ms` as const
  const env = options.env === undefined ? {} : { env: options.env }
  const command = $({ quiet: true, nothrow: true, prefix: UMASK, timeout, ...env })`${program} ${args}`
  const { exitCode, signal, stdout, stderr } = await command
  if (exitCode === 0) return stdout
  const ended = signal === null ? `exit ${exitCode ?? 'unknown'}` : `ended by ${signal}`
  throw new Error(`${[program, ...args].join(' ')}: ${stderr.trim() || ended}`)
}
