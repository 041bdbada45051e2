import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import { accountPayloads } from '../../../../lib/workloads/postgres/payloads.ts'
import { buildService, corruptOne, startService, type RunningStore } from '../records/store.ts'

const run = promisify(execFile)
const VERSIONS = '/usr/lib/postgresql'
const SETTINGS = ['fsync=off', 'listen_addresses=', 'shared_buffers=1MB', 'autovacuum=off', 'jit=off']

/** Folder of PostgreSQL's programs, as Debian places it; null if there is none. */
export function programFolder(): string | null {
  if (!existsSync(VERSIONS)) return null
  const version = readdirSync(VERSIONS).sort().at(-1)
  return version === undefined ? null : join(VERSIONS, version, 'bin')
}

/** PostgreSQL does not run as root; Debian's package brings a user. */
async function serverUser(): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = userInfo()
  if (uid !== 0) return { uid, gid }
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}

/** Builds the bank, makes a database and starts both. */
export async function startBank(programs: string): Promise<RunningStore> {
  const user = await serverUser()
  const { folder, binary } = await buildService('bank', './postgres/bank')
  await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const made = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--data-checksums',
    '--no-sync',
  ]
  await run(join(programs, 'initdb'), made, { ...user, cwd: '/' })
  let server: ChildProcess | null = null
  const hasEnded = () => server?.exitCode !== null || server.signalCode !== null
  const isUp = async () => {
    if (hasEnded()) return 'ended'
    const ready = await run(join(programs, 'pg_isready'), ['-h', folder, '-U', 'postgres']).then(
      () => true,
      () => false,
    )
    return ready ? 'up' : pending('not ready')
  }
  const restart = async () => {
    const args = ['-D', data, '-k', folder, ...SETTINGS.flatMap((one) => ['-c', one])]
    server = spawn(join(programs, 'postgres'), args, { ...user, cwd: '/', stdio: 'ignore' })
    return (await waitFor('PostgreSQL up or ended', isUp, { timeout: '60s', every: '30ms' })) === 'up'
  }
  const crash = async () => {
    if (server === null || hasEnded()) return
    const ended = once(server, 'exit')
    server.kill('SIGQUIT')
    await ended
  }
  if (!(await restart())) throw new Error('PostgreSQL did not start on an empty database')
  const { route, end } = await startService(binary, ['--socket', folder, '--data', data], user)
  return {
    route,
    payloads: accountPayloads,
    data,
    corrupt: (kind, seed) => corruptOne(binary, data, kind, seed),
    async rest() {
      for (const statement of ['VACUUM', 'CHECKPOINT'])
        await run(join(programs, 'psql'), ['-h', folder, '-U', 'postgres', '-c', statement])
    },
    crash,
    restart,
    async stop() {
      await end()
      await crash()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
