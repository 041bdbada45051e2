import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import type { Route } from '../../../../lib/components/mesh.ts'
import type { Payloads } from '../../../../lib/workloads/support/records/payloads.ts'

const run = promisify(execFile)
const workloadsModule = fileURLToPath(new URL('../../../../lib/workloads', import.meta.url))

/** A real database with the service of a workload in front of it, on a folder of its own. */
export interface RunningStore {
  readonly route: Route
  readonly payloads: Payloads
  /** Folder of the database's files. */
  readonly data: string
  /** Damages one object; returns the change. */
  corrupt(kind: string, seed: number): Promise<{ file: string; offset: number }>
  /** Resolves when nothing is newer in memory than in the files, and stays so. */
  rest(): Promise<void>
  /** Ends the database as the crash of its container does. */
  crash(): Promise<void>
  /** Starts it again; false if it ended instead. */
  restart(): Promise<boolean>
  stop(): Promise<void>
}

/** How a database is started, asked and crashed. */
export interface DatabaseProgram {
  name: string
  command: string
  args: string[]
  options: SpawnOptions
  /** Null if it answers, else what it says. */
  ask: () => Promise<string | null>
  crashSignal: NodeJS.Signals
}

/** A database that can crash and start again. */
export function databaseProcess(program: DatabaseProgram): Pick<RunningStore, 'crash' | 'restart'> {
  let server: ChildProcess | null = null
  const hasEnded = () => server?.exitCode !== null || server.signalCode !== null
  const isUp = async () => {
    if (hasEnded()) return 'ended'
    const missing = await program.ask()
    return missing === null ? 'up' : pending(missing)
  }
  return {
    async restart() {
      server = spawn(program.command, program.args, { ...program.options, stdio: 'ignore' })
      return (await waitFor(`${program.name} up or ended`, isUp, { timeout: '60s', every: '30ms' })) === 'up'
    },
    async crash() {
      if (server === null || hasEnded()) return
      const ended = once(server, 'exit')
      server.kill(program.crashSignal)
      await ended
    },
  }
}

/** Builds the service of a workload into a new folder that others may enter. */
export async function buildService(name: string, package_: string): Promise<{ folder: string; binary: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `meshdrill-${name}-`)))
  await chmod(folder, 0o755)
  const binary = join(folder, name)
  await run('go', ['build', '-buildvcs=false', '-o', binary, package_], { cwd: workloadsModule })
  return { folder, binary }
}

/** Starts the service; returns where it is, and what ends it. */
export async function startService(
  binary: string,
  words: string[],
  user: { uid?: number; gid?: number } = {},
): Promise<{ route: Route; end: () => Promise<void> }> {
  const service = spawn(binary, ['serve', ...words, '--listen', '127.0.0.1:0'], {
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [line] = (await once(createInterface(service.stderr), 'line')) as [string]
  const address = /serving .* on (\S+)$/.exec(line)?.[1]
  if (address === undefined) throw new Error(`the service did not start: ${line}`)
  const end = async () => {
    const ended = once(service, 'exit')
    service.kill('SIGKILL')
    await ended
  }
  return { route: { url: `http://${address}`, host: 'records.test' }, end }
}

/** Runs the command that damages one object; returns its change. */
export async function corruptOne(
  binary: string,
  data: string,
  kind: string,
  seed: number,
): Promise<{ file: string; offset: number }> {
  const words = ['corrupt', '--data', data, '--kind', kind, '--seed', String(seed), '--objects', '1']
  const { stdout } = await run(binary, words)
  const [line = ''] = stdout.split('\n')
  return JSON.parse(line) as { file: string; offset: number }
}
