import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import type { Environment } from './environment.ts'

/** Variables that a child process may inherit. */
const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

/**
 * Environment of a child process. It inherits only harmless variables: a `KUBECONFIG`, `HELM_*`, `MESHDRILL_*` or proxy of the
 * user's shell must not decide where the child writes. `home` is a folder that only the child uses.
 */
export function childEnvironment(
  home: string,
  extra: Record<string, string> = {},
  inherited: Environment = process.env,
): Record<string, string> {
  const kept = INHERITED.flatMap((name) => {
    const value = inherited[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), HOME: home, ...extra }
}

/**
 * Sends settings to a script of this project, as one line of its standard input. The caller ends the input or keeps it open.
 * Never send settings as arguments: on Linux every user of the machine can read the arguments of a running process.
 */
export function sendSettings(stdin: Writable | null, settings: unknown): Writable {
  if (stdin === null) throw new Error('the process has no standard input for its settings')
  // If a process ends before it reads its settings, its exit code shows it.
  stdin.on('error', () => undefined)
  stdin.write(`${JSON.stringify(settings)}\n`)
  return stdin
}

/**
 * Settings of this process: the content of the file that its first argument names. Without an argument, the first line of
 * standard input; later lines are discarded. Errors: standard input ends before the first line is complete.
 */
export async function readSettings<Settings>(): Promise<Settings> {
  const file = process.argv[2]
  return JSON.parse(file === undefined ? await firstLine(process.stdin) : readFileSync(file, 'utf8')) as Settings
}

function firstLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const ended = () => {
      reject(new Error('standard input ended before the settings did'))
    }
    const read = (chunk: Buffer | string) => {
      text += chunk.toString()
      const end = text.indexOf('\n')
      if (end === -1) return
      input.off('data', read).off('end', ended).pause()
      resolve(text.slice(0, end))
    }
    input.setEncoding('utf8').on('data', read).once('end', ended)
  })
}
