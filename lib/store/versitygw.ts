import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmbeddedCluster } from '../clusters/embedded/embedded.ts'
import { startHost } from '../clusters/embedded/host.ts'
import { deviceName, hostAddress, hostSetup } from '../clusters/embedded/network.ts'
import { labFolder } from '../clusters/embedded/paths.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { StoreEndpoint } from '../lab.ts'

const PORT = 9000
const BUCKET = 'backups'
const NAME = 'store'

const folder = (): string => join(labFolder(), NAME)
const endpointFile = (): string => join(folder(), 'endpoint.json')

/** An S3 store (versitygw on plain files) on a host of its own, beside the cluster: it survives what the cluster does not. */
export async function startStore(cluster: EmbeddedCluster, ownerPid: number): Promise<StoreEndpoint> {
  const versitygw = await cluster.toolchain.binary('versitygw')
  const nodeInit = await cluster.toolchain.binary('node-init')
  const data = join(folder(), 'data')
  // A folder is a bucket to versitygw.
  await mkdir(join(data, BUCKET), { recursive: true })
  await mkdir(join(folder(), 'log'), { recursive: true })
  const keys = { accessKey: 'meshdrill', secretKey: randomBytes(20).toString('hex') }
  const host = await cluster.startHost((index) =>
    startHost(nodeInit, folder(), hostAddress(cluster.network, index), {
      hostname: NAME,
      cgroup: `meshdrill/${NAME}`,
      ownerPid,
      device: deviceName(NAME),
      bridge: cluster.network.bridge,
      pidFile: join(folder(), 'init.pid'),
      mounts: [{ source: '', target: '/run' }],
      setup: hostSetup(cluster.network, index, cluster.nodeCount),
      processes: [
        {
          name: 'versitygw',
          argv: [versitygw, '--port', `:${PORT}`, 'posix', data],
          env: [`ROOT_ACCESS_KEY=${keys.accessKey}`, `ROOT_SECRET_KEY=${keys.secretKey}`],
          log: join(folder(), 'log', 'versitygw.log'),
        },
      ],
    }),
  )
  const endpoint = { url: `http://${host.address}:${PORT}`, region: 'us-east-1', bucket: BUCKET, ...keys }
  await answering(endpoint)
  await writeFile(endpointFile(), JSON.stringify(endpoint), { mode: 0o600 })
  return endpoint
}

/** The store that `startStore` left running. */
export async function attachStore(): Promise<StoreEndpoint> {
  return JSON.parse(await readFile(endpointFile(), 'utf8')) as StoreEndpoint
}

/** Any answer will do: an unsigned request is refused, by a store that works. */
async function answering(endpoint: StoreEndpoint): Promise<void> {
  await waitFor(
    `S3 store at ${endpoint.url} answering`,
    async () => {
      try {
        await fetch(endpoint.url, { signal: AbortSignal.timeout(1_000) })
        return true
      } catch (error) {
        return pending(error instanceof Error ? error.message : String(error))
      }
    },
    { timeout: '15s', every: '50ms', hint: `cat ${join(folder(), 'log', 'versitygw.log')}` },
  )
}
