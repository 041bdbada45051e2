import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { addressOf, docker } from '../docker/docker.ts'
import type { StoreEndpoint } from '../lab/cluster.ts'
import { foldRepeatedLines, OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import { sendSettings } from '../system/child-settings.ts'
import { scriptArguments, type ProcessId } from '../system/process.ts'
import { urlHost } from '../system/connect.ts'
import { createKeys, endpointAt, protectKeys, urlHere, waitForStore } from './endpoint.ts'
import { freePort } from './local.ts'
import { makeBucket } from './s3.ts'
import type { ContainerSettings, StartedContainer } from './container.main.ts'

const PORT = 9000
const LOOPBACK = '127.0.0.1'
const START_TIMEOUT_MS = 5 * 60_000
const MAIN = fileURLToPath(new URL('container.main.ts', import.meta.url))

/** A store that runs in a container. */
interface ContainerStore extends StartedContainer {
  endpoint: StoreEndpoint
}

export interface ContainerStoreOptions {
  /** Name of the container. */
  name: string
  /** Reference of versitygw's image. */
  image: string
  /** Returns the path of the image's archive; null if the image comes from a registry. */
  archive: (() => Promise<string>) | null
  network: string
  /** True if this machine reaches the store by a port of its loopback address; false if it reaches the container's address. */
  published: boolean
  /** Labels of the container, by which the lab finds it again. */
  labels: Record<string, string>
  /** The process with which the store ends; null for a store that outlives the run. */
  owner: ProcessId | null
  log: (line: string) => void
}

const stateFile = (folder: string): string => join(folder, 'store.json')

async function readStore(folder: string): Promise<ContainerStore | null> {
  const text = await readFile(stateFile(folder), 'utf8').catch(() => null)
  if (text === null) return null
  const store = JSON.parse(text) as ContainerStore
  protectKeys(store.endpoint)
  return store
}

/** Starts versitygw in a container on the nodes' network with Testcontainers, unless it is there already. */
export async function openContainerStore(folder: string, options: ContainerStoreOptions): Promise<StoreEndpoint> {
  const there = await readStore(folder)
  if (there !== null) {
    // Docker may have been restarted since the lab was kept.
    await startContainerStore(folder)
    return there.endpoint
  }
  await mkdir(folder, { recursive: true })
  const { image, archive, log } = options
  // Docker may have an image of that name from an earlier build.
  if (archive !== null) await docker(['load', '--input', await archive()], 120_000)
  const keys = createKeys()
  // A port that Docker chooses would change with each start.
  const here = options.published ? await freePort(LOOPBACK) : null
  const started = await startByTestcontainers(folder, {
    name: options.name,
    image,
    network: options.network,
    labels: options.labels,
    owner: options.owner,
    published: here === null ? null : { port: PORT, here },
    pulls: archive === null,
    command: ['--port', `:${PORT}`, 'posix', '/data'],
    environment: { ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey },
  })
  if (!started.reaped && options.owner !== null)
    log('Ryuk is missing: only the end of the lab removes the S3 store, and a killed run leaves it running')
  const endpoint = {
    ...endpointAt(`${urlHost(started.address)}:${PORT}`, keys),
    ...(here === null ? {} : { here: `http://${LOOPBACK}:${here}` }),
  }
  await waitForStore(urlHere(endpoint), `docker logs ${started.id}`)
  await makeBucket(endpoint)
  await writeFile(stateFile(folder), JSON.stringify({ ...started, endpoint }), { mode: 0o600 })
  return endpoint
}

/** Kills the store's container. Its data stays. */
export async function stopContainerStore(folder: string): Promise<void> {
  const { id } = await requireStore(folder)
  await docker(['kill', id])
}

/** Starts the store's container with its data. Errors: Docker gave it another address than before. */
export async function startContainerStore(folder: string): Promise<void> {
  const { id, network, address, endpoint } = await requireStore(folder)
  await docker(['start', id])
  const now = await addressOf(id, network)
  if (now !== address)
    throw new Error(
      `the S3 store's container "${id}" cannot be used: clients know it at ${address}, but Docker gave it ${now}. Next: npm run lab:down`,
    )
  await waitForStore(urlHere(endpoint), `docker logs ${id}`)
}

async function requireStore(folder: string): Promise<ContainerStore> {
  const store = await readStore(folder)
  if (store === null) throw new Error(`there is no store in "${folder}"`)
  return store
}

/**
 * Starts a container from a separate process that lasts as long as the run. Ryuk removes a container when the process that
 * started it ends, and the process that creates the lab ends long before the run.
 */
async function startByTestcontainers(folder: string, settings: ContainerSettings): Promise<StartedContainer> {
  const logFile = join(folder, 'container.log')
  const log = await open(logFile, 'a')
  const started = spawn(process.execPath, scriptArguments(MAIN), {
    detached: true,
    stdio: ['pipe', 'pipe', log.fd],
  })
  const child = started as ChildProcessByStdio<Writable, Readable, null>
  sendSettings(child.stdin, settings).end()
  await log.close()
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS)
  const said = once(child.stdout, 'data', { signal: timeout }).then(([line]) => String(line))
  const ended = once(child, 'close', { signal: timeout }).then(() => null)
  const line = await Promise.race([said, ended])
  child.stdout.destroy()
  child.unref()
  if (line !== null) return JSON.parse(line) as StartedContainer
  const why = shortenMiddle(foldRepeatedLines((await readFile(logFile, 'utf8')).trim()), OUTPUT_LIMIT)
  throw new Error(`the S3 store's container "${settings.image}" did not start: ${why}. Next: cat ${logFile}`)
}
