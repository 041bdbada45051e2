import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupOf } from './cgroups.ts'
import type { EmbeddedCluster } from './host.ts'
import { startHost } from './host.ts'
import { STORE } from './nodes.ts'
import { deviceName, hostAddress, hostSetup, groupOf } from './network.ts'
import { labFolder } from './paths.ts'
import type { StoreEndpoint } from '../../lab/cluster.ts'
import { BUCKET, createKeys, endpointAt, protectKeys, waitForStore } from '../../store/endpoint.ts'

const PORT = 9000

const folder = (): string => join(labFolder(), STORE)
const endpointFile = (): string => join(folder(), 'endpoint.json')

/** Starts the embedded cluster's store, unless it was started before. */
export async function openStore(cluster: EmbeddedCluster, ownerPid: number): Promise<StoreEndpoint> {
  const text = await readFile(endpointFile(), 'utf8').catch(() => null)
  return text === null ? startStore(cluster, ownerPid) : protectKeys(JSON.parse(text) as StoreEndpoint)
}

/** Starts an S3 store (versitygw on plain files) on a separate host, so that it survives the loss of nodes. */
async function startStore(cluster: EmbeddedCluster, ownerPid: number): Promise<StoreEndpoint> {
  const versitygw = await cluster.toolchain.binary('versitygw')
  const nodeInit = await cluster.toolchain.binary('node-init')
  const data = join(folder(), 'data')
  // versitygw serves each folder as a bucket.
  await mkdir(join(data, BUCKET), { recursive: true })
  await mkdir(join(folder(), 'log'), { recursive: true })
  const keys = createKeys()
  const host = await cluster.startHost((index) =>
    startHost(nodeInit, folder(), hostAddress(cluster.network, index), {
      hostname: STORE,
      cgroup: cgroupOf(cluster.labId, STORE),
      ownerPid,
      device: deviceName(STORE),
      group: groupOf(cluster.labId),
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
  const endpoint = endpointAt(`${host.address}:${PORT}`, keys)
  await waitForStore(endpoint.url, `cat ${join(folder(), 'log', 'versitygw.log')}`)
  await writeFile(endpointFile(), JSON.stringify(endpoint), { mode: 0o600 })
  return endpoint
}
