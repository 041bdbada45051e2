import { $ } from 'zx'

/** Runs a program to its end and returns its standard output. A failure is an error with what it said. */
export async function run(program: string, args: string[], options: { timeoutMs?: number } = {}): Promise<string> {
  const command = $({ quiet: true, nothrow: true, timeout: `${options.timeoutMs ?? 60_000}ms` })`${program} ${args}`
  const { exitCode, signal, stdout, stderr } = await command
  if (exitCode === 0) return stdout
  const ended = signal === null ? `exit ${exitCode ?? 'unknown'}` : `ended by ${signal}`
  throw new Error(`${[program, ...args].join(' ')}: ${stderr.trim() || ended}`)
}
