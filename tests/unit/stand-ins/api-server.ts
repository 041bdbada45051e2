import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  failure,
  standInCluster,
  type RecordedRequest,
  type StandInCluster,
  type StandInClusterOptions,
} from './cluster-objects.ts'

export type { RecordedRequest, StandInCluster, Stored } from './cluster-objects.ts'
export { standInCluster } from './cluster-objects.ts'

/** An API server on loopback. Several clusters may be behind one port. */
export interface ServedClusters {
  url: string
  /** Every request that arrived, whichever cluster answered; null stands for none, which was answered 401. */
  answered: { cluster: StandInCluster | null; request: RecordedRequest }[]
  close(): Promise<void>
}

export interface ServeOptions {
  /** Key and certificate where it serves HTTPS; `requestCert` asks for client certificates. */
  tls?: ServerOptions
  /** By how much its clock is ahead of ours. */
  clockAheadMs?: number
  host?: string
  port?: number
}

/** Which cluster answers a request, by its headers or by how many came before it; null for "not logged in". */
export type PickCluster = (request: RecordedRequest, index: number) => StandInCluster | null

/** Serves clusters. A request to exec into a pod is recorded as a change, and refused. */
export async function serveClusters(pick: PickCluster, options: ServeOptions = {}): Promise<ServedClusters> {
  const { tls, clockAheadMs = 0, host = '127.0.0.1', port: wanted = 0 } = options
  const answered: ServedClusters['answered'] = []
  const answer = (request: RecordedRequest) => {
    const cluster = pick(request, answered.length)
    answered.push({ cluster, request })
    return cluster === null ? failure(401, 'Unauthorized') : cluster.answer(request)
  }
  const listener: RequestListener = (message, response) => {
    void record(message).then((request) => {
      const [code, body] = answer(request)
      response.setHeader('date', new Date(Date.now() + clockAheadMs).toUTCString())
      response.writeHead(code, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  }
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener)
  server.on('upgrade', (message: IncomingMessage, socket) => {
    answer(parse(message, null))
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(wanted, host, resolve))
  const { port } = server.address() as AddressInfo
  const address = host.includes(':') ? `[${host}]` : host
  return { url: `http${tls === undefined ? '' : 's'}://${address}:${port}`, answered, close: () => close(server) }
}

export type ApiServer = StandInCluster & ServedClusters

export interface ApiServerOptions extends StandInClusterOptions, ServeOptions {
  token: string
}

/** Serves one cluster to whoever has the token. */
export async function startApiServer({ token, ...options }: ApiServerOptions): Promise<ApiServer> {
  const cluster = standInCluster('one', options)
  const served = await serveClusters((request) => (hasToken(request, token) ? cluster : null), options)
  return { ...cluster, ...served }
}

export const hasToken = ({ headers }: RecordedRequest, token: string): boolean =>
  headers.authorization?.[0] === `Bearer ${token}`

async function record(message: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return parse(message, text === '' ? null : (JSON.parse(text) as unknown))
}

function parse({ method = 'GET', url = '/', rawHeaders }: IncomingMessage, body: unknown): RecordedRequest {
  const { pathname, searchParams } = new URL(url, 'http://server')
  const headers: Record<string, string[]> = {}
  for (let index = 0; index < rawHeaders.length; index += 2)
    (headers[(rawHeaders[index] ?? '').toLowerCase()] ??= []).push(rawHeaders[index + 1] ?? '')
  return { method, path: pathname, query: searchParams, headers, body }
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
