import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { childEnvironment } from '../system/child-settings.ts'
import { urlHost } from '../system/connect.ts'
import type { StoreEndpoint } from '../lab/cluster.ts'
import { BUCKET, createKeys, endpointAt, protectKeys, waitForStore } from './endpoint.ts'
import { identify, isRunning, killProcess, type ProcessId } from '../system/process.ts'

/** A store that runs as a process of this machine. */
interface LocalStore extends ProcessId {
  endpoint: StoreEndpoint
  argv: string[]
}

const stateFile = (folder: string): string => join(folder, 'store.json')

const readStore = async (folder: string): Promise<LocalStore | null> => {
  const text = await readFile(stateFile(folder), 'utf8').catch(() => null)
  if (text === null) return null
  const store = JSON.parse(text) as LocalStore
  protectKeys(store.endpoint)
  return store
}

/**
 * Starts versitygw on plain files in `folder`, unless it runs. It listens at an address by which the cluster's pods reach this
 * machine. Errors: the address cannot be reached from other machines.
 */
export async function openLocalStore(
  folder: string,
  versitygw: () => Promise<string>,
  server: URL,
): Promise<StoreEndpoint> {
  const there = await readStore(folder)
  if (there !== null) {
    // A killed run leaves a stopped store.
    if (!(await isRunning(there))) await run(folder, there)
    return there.endpoint
  }
  const host = await ownAddressTowards(server)
  const data = join(folder, 'data')
  // versitygw serves each folder as a bucket.
  await mkdir(join(data, BUCKET), { recursive: true })
  const address = `${urlHost(host)}:${await freePort(host)}`
  const endpoint = endpointAt(address, createKeys())
  await run(folder, { endpoint, argv: [await versitygw(), '--port', address, 'posix', data] })
  return endpoint
}

/** Starts a stopped store with its data. Does nothing if it runs. */
export async function startLocalStore(folder: string): Promise<void> {
  const store = await readStore(folder)
  if (store === null) throw new Error(`there is no store in "${folder}"`)
  if (await isRunning(store)) return
  await run(folder, store)
}

/** Kills a store. Its data stays. A missing store is no error. */
export async function stopLocalStore(folder: string): Promise<void> {
  const store = await readStore(folder)
  if (store !== null) await killProcess(store)
}

/** Kills a store and removes its data. */
export async function removeLocalStore(folder: string): Promise<void> {
  await stopLocalStore(folder)
  await rm(folder, { recursive: true, force: true })
}

async function run(folder: string, store: Pick<LocalStore, 'endpoint' | 'argv'>): Promise<void> {
  const logFile = join(folder, 'versitygw.log')
  const log = await open(logFile, 'a')
  const [program = '', ...args] = store.argv
  const { accessKey, secretKey, url } = { ...store.endpoint }
  const env = childEnvironment(folder, { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey })
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log.fd, log.fd], env })
  child.unref()
  await log.close()
  await writeFile(stateFile(folder), JSON.stringify({ ...store, ...(await identify(child.pid ?? 0)) }), { mode: 0o600 })
  await waitForStore(url, `cat ${logFile}`)
}

/** The address from which this machine connects to a server. Machines behind the server reach this machine there, too. */
async function ownAddressTowards(server: URL): Promise<string> {
  const port = Number(server.port) || (server.protocol === 'http:' ? 80 : 443)
  const address = await new Promise<string>((resolve, reject) => {
    const socket = createConnection({ host: server.hostname.replace(/^\[|\]$/g, ''), port, timeout: 10_000 })
    socket.once('error', reject)
    socket.once('timeout', () => socket.destroy(new Error('no answer after 10 s')))
    socket.once('connect', () => {
      resolve(socket.localAddress ?? '')
      socket.destroy()
    })
  })
  if (address !== '' && !address.startsWith('127.') && address !== '::1') return address
  throw new Error(
    `pods cannot reach a store on this machine: it talks to the cluster over ${address || 'no address'}. Next: MESHDRILL_S3_URL, _REGION, _BUCKET, _ACCESS_KEY and _SECRET_KEY of a store that they reach`,
  )
}

/** A free port at an address of this machine. */
export async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address !== null && typeof address === 'object') return address.port
  throw new Error(`no port is free on ${host}`)
}
