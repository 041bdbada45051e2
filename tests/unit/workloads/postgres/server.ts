import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chown, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accountPayloads } from '../../../../lib/workloads/postgres/payloads.ts'
import { buildService, corruptOne, databaseProcess, startService, type RunningStore } from '../records/store.ts'

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
  const { crash, restart } = databaseProcess({
    name: 'PostgreSQL',
    command: join(programs, 'postgres'),
    args: ['-D', data, '-k', folder, ...SETTINGS.flatMap((one) => ['-c', one])],
    options: { ...user, cwd: '/' },
    ask: () =>
      run(join(programs, 'pg_isready'), ['-h', folder, '-U', 'postgres']).then(
        () => null,
        () => 'not ready',
      ),
    crashSignal: 'SIGQUIT',
  })
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
