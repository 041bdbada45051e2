import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pending, waitFor } from '../../../../lib/system/wait.ts'
import { sessionPayloads } from '../../../../lib/workloads/redis/payloads.ts'
import { buildService, corruptOne, startService, type RunningStore } from '../records/store.ts'

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
  let server: ChildProcess | null = null
  const hasEnded = () => server?.exitCode !== null || server.signalCode !== null
  const isUp = async () => {
    if (hasEnded()) return 'ended'
    const answer = await run('redis-cli', ['-s', socket, 'ping']).then(
      ({ stdout }) => stdout.trim(),
      () => 'none',
    )
    return answer === 'PONG' ? 'up' : pending(answer)
  }
  const restart = async () => {
    const args = ['--port', '0', '--unixsocket', socket, '--dir', data, '--save', '', '--appendonly', 'yes']
    server = spawn(REDIS_SERVER, args, { ...user, stdio: 'ignore' })
    return (await waitFor('Redis up or ended', isUp, { timeout: '60s', every: '30ms' })) === 'up'
  }
  const crash = async () => {
    if (server === null || hasEnded()) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
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
