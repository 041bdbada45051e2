import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Runs a program to its end and returns its standard output. A failure is an error with what it said. */
export async function run(program: string, args: string[], options: { timeoutMs?: number } = {}): Promise<string> {
  try {
    const { stdout } = await exec(program, args, { timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 << 20 })
    return stdout
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: string | number }
    const said = stderr.trim() || `exit ${code ?? 'unknown'}`
    throw new Error(`${[program, ...args].join(' ')}: ${said}`, { cause: error })
  }
}
