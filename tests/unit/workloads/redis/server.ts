import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, mkdir, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sessionPayloads } from '../../../../lib/workloads/redis/payloads.ts'
import { buildService, corruptOne, databaseProcess, startService, type RunningStore } from '../records/store.ts'

const run = promisify(execFile)
export const REDIS_SERVER = '/usr/bin/redis-server'

/** Root can open every file, so a file that a server may not open would stay unseen. */
const NOBODY = { uid: 65534, gid: 65534 }

export const hasRedis = (): boolean => existsSync(REDIS_SERVER)

/** Builds the session store's service, and starts it and an empty Redis. */
export async function startShop(): Promise<RunningStore> {
  const { folder, binary } = await buildService('sessions', './redis/sessions')
  const [data, socket] = [join(folder, 'data'), join(folder, 'redis.sock')]
  await mkdir(data)
  const user = userInfo().uid === 0 ? NOBODY : {}
  if (user === NOBODY) for (const path of [folder, data]) await chown(path, NOBODY.uid, NOBODY.gid)
  const { crash, restart } = databaseProcess({
    name: 'Redis',
    command: REDIS_SERVER,
    args: ['--port', '0', '--unixsocket', socket, '--dir', data, '--save', '', '--appendonly', 'yes'],
    options: user,
    async ask() {
      const answer = await run('redis-cli', ['-s', socket, 'ping']).then(
        ({ stdout }) => stdout.trim(),
        () => 'none',
      )
      return answer === 'PONG' ? null : answer
    },
    crashSignal: 'SIGKILL',
  })
  if (!(await restart())) throw new Error('Redis did not start on an empty folder')
  const { route, end } = await startService(binary, ['--socket', socket, '--data', data], user)
  return {
    route,
    payloads: sessionPayloads,
    data,
    corrupt: (kind, seed) => corruptOne(binary, data, kind, seed),
    rest: () => Promise.resolve(),
    crash,
    restart,
    async stop() {
      await end()
      await crash()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
