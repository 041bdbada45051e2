import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { delimiter, join } from 'node:path'
import type { Duplex } from 'node:stream'
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  type ConnectionOptions,
  type SecureContext,
} from 'node:tls'
import { readVariable, type Environment } from '../../system/environment.ts'
import { urlHost } from '../../system/connect.ts'
import type { Credentials } from './credentials.ts'
import type { ServerEntry } from './entries.ts'
import { bareHost, connectBySocks } from './proxy.ts'
/** Files with the authorities that a system trusts, in the order of Go's crypto/x509. */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * An HTTP agent for one API server, with its authority, its name and its proxy. It ignores variables of the shell, such as those
 * of proxies and `NODE_TLS_REJECT_UNAUTHORIZED`.
 */
export function agentFor(server: ServerEntry, credentials: Credentials): HttpAgent {
  const url = new URL(server.url)
  const proxy = server.proxy === null ? null : new URL(server.proxy)
  if (url.protocol === 'http:') return proxy === null ? new HttpAgent() : plainAgent(url, proxy)
  const tls = {
    secureContext: secureContextOf(server, credentials),
    rejectUnauthorized: !server.insecure,
    ...nameOptions(server.tlsName),
  }
  const agent = new HttpsAgent(tls)
  if (proxy === null) return agent
  const wanted = server.tlsName ?? bareHost(url)
  const servername = isIP(wanted) === 0 ? wanted : undefined
  return connectingBy(agent, async () => {
    const socket = await tunnel(url, proxy)
    return connectTls({ ...tls, socket, host: bareHost(url), ...(servername === undefined ? {} : { servername }) })
  })
}

/** TLS sends a server name, but not an IP address (RFC 6066). For an address only the certificate is checked. */
function nameOptions(name: string | null): ConnectionOptions {
  if (name === null) return {}
  return isIP(name) === 0
    ? { servername: name }
    : { checkServerIdentity: (_host, peer) => checkServerIdentity(name, peer) }
}

const contexts = new Map<string, SecureContext>()

/** Cached for each authority and certificate, because loading a system's authorities is slow. */
function secureContextOf({ ca }: ServerEntry, { certificate }: Credentials): SecureContext {
  const { SSL_CERT_FILE, SSL_CERT_DIR } = process.env
  const key = JSON.stringify([ca ?? [SSL_CERT_FILE, SSL_CERT_DIR], certificate])
  const known = contexts.get(key)
  if (known !== undefined) return known
  const context = createSecureContext({ ca: ca ?? [...rootCertificates, ...systemRoots(process.env)], ...certificate })
  contexts.set(key, context)
  return context
}

function systemRoots(env: Environment): string[] {
  const file = readVariable(env, 'SSL_CERT_FILE') ?? SYSTEM_ROOTS.find((path) => existsSync(path))
  const folders = (readVariable(env, 'SSL_CERT_DIR') ?? '').split(delimiter).filter((path) => existsSync(path))
  const inFolders = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  return [...(file === undefined ? [] : [file]), ...inFolders]
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
}

/** An agent for a server without TLS: the proxy gets the whole URL in each request. */
function plainAgent(server: URL, proxy: URL): HttpAgent {
  const agent = new HttpAgent()
  if (proxy.protocol === 'socks5:') return connectingBy(agent, () => tunnel(server, proxy))
  const add = (agent as unknown as AddsRequests).addRequest.bind(agent)
  const changed: AddsRequests = {
    addRequest(request, options) {
      request.path = `${server.origin}${request.path}`
      const authorization = authorizationOf(proxy)
      if (authorization !== null) request.setHeader('Proxy-Authorization', authorization)
      add(request, options)
    },
  }
  Object.assign(agent, changed)
  return connectingBy(agent, () => Promise.resolve(connectToProxy(proxy)))
}

interface AddsRequests {
  addRequest(request: ClientRequest & { path: string }, options: unknown): void
}

type Connects = (options: unknown, callback: (error: Error | null, socket?: Duplex) => void) => void

function connectingBy(agent: HttpAgent, open: () => Promise<Duplex>): HttpAgent {
  const createConnection: Connects = (_options, callback) => {
    open().then(
      (socket) => {
        callback(null, socket)
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }
  const changed: { createConnection: Connects } = { createConnection }
  Object.assign(agent, changed)
  return agent
}

function connectToProxy(proxy: URL): Socket {
  const host = bareHost(proxy)
  if (proxy.protocol === 'https:') return connectTls({ host, port: Number(proxy.port || 443), servername: host })
  return connectTcp({ host, port: Number(proxy.port || (proxy.protocol === 'socks5:' ? 1080 : 80)) })
}

/** Opens a connection to the server through a proxy. Errors: the proxy cannot be reached, or refuses. */
function tunnel(server: URL, proxy: URL): Promise<Duplex> {
  const port = Number(server.port || (server.protocol === 'http:' ? 80 : 443))
  if (proxy.protocol === 'socks5:')
    return connectBySocks(connectToProxy(proxy), { host: bareHost(server), port, proxy })
  const authorization = authorizationOf(proxy)
  const target = `${urlHost(bareHost(server))}:${port}`
  return new Promise((resolve, reject) => {
    const ask = proxy.protocol === 'https:' ? httpsRequest : httpRequest
    const request = ask({
      ...{ method: 'CONNECT', host: bareHost(proxy), path: target, agent: false },
      port: Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80)),
      headers: { Host: target, ...(authorization === null ? {} : { 'Proxy-Authorization': authorization }) },
    })
    request.once('error', reject)
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket)
      else {
        socket.destroy()
        reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode ?? 'nothing'}`))
      }
    })
    request.end()
  })
}

function authorizationOf({ username, password }: URL): string | null {
  if (username === '') return null
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}
