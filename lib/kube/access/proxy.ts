import { BlockList, isIP, isIPv4, type Socket } from 'node:net'
import { readVariable, type Environment } from '../../system/environment.ts'
import { urlHost } from '../../system/connect.ts'
import { once } from 'node:events'

const VERSION = 5
const NO_LOGIN = 0
const PASSWORD = 2

/** Opens a connection through a SOCKS 5 proxy (RFC 1928, RFC 1929). Errors: it refuses, or ends the connection. */
export async function connectBySocks(
  socket: Socket,
  { host, port, proxy }: { host: string; port: number; proxy: URL },
): Promise<Socket> {
  const read = readerOf(socket)
  const hasLogin = proxy.username !== ''
  socket.write(Buffer.from([VERSION, 1, hasLogin ? PASSWORD : NO_LOGIN]))
  const [, method] = await read(2)
  if (method !== (hasLogin ? PASSWORD : NO_LOGIN)) throw new Error(`the proxy ${proxy.host} refuses the login`)
  if (hasLogin) {
    const [name, password] = [proxy.username, proxy.password].map((text) => Buffer.from(decodeURIComponent(text)))
    socket.write(Buffer.concat([Buffer.from([1]), withLength(name), withLength(password)]))
    const [, refused] = await read(2)
    if (refused !== 0) throw new Error(`the proxy ${proxy.host} refuses the login`)
  }
  const target = Buffer.from([VERSION, 1, 0, 3])
  socket.write(Buffer.concat([target, withLength(Buffer.from(host)), Buffer.from([port >> 8, port & 255])]))
  const [, code, , kind] = await read(4)
  if (code !== 0) throw new Error(`the proxy ${proxy.host} answered ${code ?? 'nothing'} (SOCKS)`)
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(1))[0] ?? 0)
  await read(length + 2)
  socket.pause()
  return socket
}

const withLength = (bytes: Buffer | undefined): Buffer =>
  Buffer.concat([Buffer.from([bytes?.length ?? 0]), bytes ?? Buffer.alloc(0)])

/** Returns a function that reads exactly `length` bytes, and leaves the rest in the socket. */
function readerOf(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    for (;;) {
      const bytes = socket.read(length) as Buffer | null
      if (bytes !== null) return bytes
      if (socket.destroyed || socket.readableEnded) throw new Error('the proxy ended the connection')
      await once(socket, 'readable')
    }
  }
}

const SCHEMES = ['http:', 'https:', 'socks5:']
const DEFAULT_PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' }

/** Value of a variable in upper or lower case. Upper case comes first, as in Go's net/http. */
const readEitherCase = (env: Environment, name: string): string | null =>
  readVariable(env, name) ?? readVariable(env, name.toLowerCase())

/**
 * URL of the proxy for a server, from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; null for none. The rules are those of Go's
 * net/http, so meshdrill, kubectl and helm use the same proxy. Errors: the variable is not the URL of a proxy.
 */
export function proxyFor(server: URL, env: Environment): string | null {
  const variable = server.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'
  const value = readEitherCase(env, variable)
  if (value === null || !usesProxy(server, readEitherCase(env, 'NO_PROXY') ?? '')) return null
  const proxy = parseProxy(value.includes('://') ? value : `http://${value}`)
  if (proxy !== null) return proxy
  throw new Error(`${variable} is not the URL of a proxy: http, https and socks5 are known. Next: unset ${variable}`)
}

/** Parses the URL of a proxy; null if it is not one. */
export function parseProxy(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, hostname, href } = new URL(text)
  return SCHEMES.includes(protocol) && hostname !== '' ? href : null
}

/** Host without the brackets of an IPv6 address. */
export const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** Proxy variables for a child process: those of the user's shell, with `direct` as an additional exception. */
export function proxyVariables(env: Environment, direct: URL | null): Record<string, string> {
  const kept = ['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => {
    const value = readEitherCase(env, name)
    return value === null ? [] : [[name, value] as const]
  })
  const exceptions = [readEitherCase(env, 'NO_PROXY'), direct === null ? null : bareHost(direct)].filter(
    (one) => one !== null,
  )
  return { ...Object.fromEntries(kept), ...(exceptions.length === 0 ? {} : { NO_PROXY: exceptions.join(',') }) }
}

function usesProxy(server: URL, exceptions: string): boolean {
  const host = bareHost(server).toLowerCase()
  const port = server.port || (DEFAULT_PORTS[server.protocol] ?? '')
  if (isOnThisMachine(server)) return false
  return !exceptions
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some((one) => isExcepted(one, host, port))
}

function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '') return false
  if (exception === '*') return true
  const [, range = '', bits = ''] = /^([^/]+)\/(\d+)$/.exec(exception) ?? []
  if (isIP(range) !== 0) return isIP(host) !== 0 && contains(range, Number(bits), host)
  const [, withPort = '', wantedPort = ''] = /^(\[[^\]]*\]|[^:]*):([^:]*)$/.exec(exception) ?? []
  const name = (withPort === '' ? exception : withPort).replace(/^\[|\]$/g, '')
  if (name === '' || (wantedPort !== '' && wantedPort !== port)) return false
  if (isIP(name) !== 0) return isIP(host) !== 0 && contains(name, isIPv4(name) ? 32 : 128, host)
  // `example.org` matches the host and its subdomains; `.example.org` and `*.example.org` only match subdomains.
  const suffix = name.startsWith('*.') ? name.slice(1) : name
  const ascii = (text: string): string => (URL.canParse(`http://${text}`) ? new URL(`http://${text}`).hostname : text)
  if (suffix.startsWith('.')) return host.endsWith(`.${ascii(suffix.slice(1))}`)
  return host === ascii(suffix) || host.endsWith(`.${ascii(suffix)}`)
}

/** True if a network cannot read requests to a server: it has TLS, or it is on this machine. */
export function isPrivate(server: { url: string }): boolean {
  const url = new URL(server.url)
  return url.protocol === 'https:' || isOnThisMachine(url)
}

/** True if a server has a loopback address. */
function isOnThisMachine(server: URL): boolean {
  const host = bareHost(server).toLowerCase()
  return host === 'localhost' || isLoopback(host)
}

const isLoopback = (host: string): boolean =>
  isIP(host) !== 0 && (contains('127.0.0.0', 8, host) || contains('::1', 128, host))

function contains(range: string, bits: number, address: string): boolean {
  const [network, asked] = [plain(range), plain(address)]
  if (isIPv4(network) !== isIPv4(asked) || bits > (isIPv4(network) ? 32 : 128)) return false
  const list = new BlockList()
  const family = isIPv4(network) ? 'ipv4' : 'ipv6'
  list.addSubnet(network, bits, family)
  return list.check(asked, family)
}

/** Normalises an address. An IPv4 address in IPv6 notation becomes the IPv4 address, as in Go. */
function plain(address: string): string {
  const { hostname } = new URL(`http://${urlHost(address)}`)
  const [, high = '', low = ''] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? []
  if (high === '') return hostname.replace(/^\[|\]$/g, '')
  const bytes = [high, low].flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255])
  return bytes.join('.')
}
