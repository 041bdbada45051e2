import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test as base } from '@playwright/test'
import type { Route } from '../../../../lib/components/mesh.ts'
import type { Write } from '../../../../lib/record/facts.ts'
import { orderPayloads } from '../../../../lib/workloads/two-volumes/payloads.ts'

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../../../lib/workloads/two-volumes/orders', import.meta.url))

export type Volume = 'orders' | 'stock'

/** The real service with its two volumes. */
export interface RunningOrders {
  route: Route
  write(seed: number, write: Pick<Write, 'slot' | 'sequence'>): Promise<void>
  /** Copies a volume to the folder of another service. */
  copy(volume: Volume, to: string): Promise<void>
  stop(): Promise<void>
}

/** Starts the service on the volumes in a folder. */
export async function startOrders(binary: string, folder: string): Promise<RunningOrders> {
  const [orders, stock] = [join(folder, 'orders'), join(folder, 'stock')]
  for (const volume of [orders, stock]) await mkdir(volume, { recursive: true })
  const args = ['serve', '--orders', orders, '--stock', stock, '--listen', '127.0.0.1:0']
  const service = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(service, 'exit')
  const [line] = (await Promise.race([once(createInterface(service.stderr), 'line'), ended])) as [unknown]
  const address = /serving .* on (\S+)$/.exec(String(line))?.[1]
  if (address === undefined) throw new Error(`the service did not start: ${String(line)}`)
  const route = { url: `http://${address}`, host: 'orders.test' }
  return {
    route,
    async write(seed, { slot, sequence }) {
      const body = orderPayloads.written(seed, sequence)
      const path = `/records/${slot}?sequence=${sequence}&generation=2`
      const answer = await fetch(route.url + path, { method: 'PUT', body })
      if (!answer.ok) throw new Error(`PUT ${path} answered ${answer.status}`)
    },
    copy: (volume, to) => cp(join(folder, volume), join(to, volume), { recursive: true }),
    async stop() {
      service.kill('SIGKILL')
      await ended
    },
  }
}

/** Tests with the program of the service, which is built once a worker, and a folder that is removed. */
export const test = base.extend<{ folder: string }, { binary: string }>({
  binary: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'meshdrill-orders-'))
      const binary = join(folder, 'orders-program')
      await run('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd: source })
      await use(binary)
      await rm(folder, { recursive: true })
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  async folder({}, use) {
    const folder = await mkdtemp(join(tmpdir(), 'meshdrill-volumes-'))
    await use(folder)
    await rm(folder, { recursive: true })
  },
})
