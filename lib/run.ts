import { $ } from 'zx'

/** Programs create files that others must read, whatever umask the user has. The user's own process keeps it. */
const UMASK = 'umask 022;'

/** Runs a program to its end and returns its standard output. A failure is an error with what it said. */
export async function run(program: string, args: string[], options: { timeoutMs?: number } = {}): Promise<string> {
  const timeout = `${options.timeoutMs ?? 60_000}ms` as const
  const command = $({ quiet: true, nothrow: true, prefix: UMASK, timeout })`${program} ${args}`
  const { exitCode, signal, stdout, stderr } = await command
  if (exitCode === 0) return stdout
  const ended = signal === null ? `exit ${exitCode ?? 'unknown'}` : `ended by ${signal}`
  throw new Error(`${[program, ...args].join(' ')}: ${stderr.trim() || ended}`)
}
