import { once } from 'node:events'
import type { Socket } from 'node:net'

const VERSION = 5
const NO_LOGIN = 0
const PASSWORD = 2

/** Asks a SOCKS 5 proxy (RFC 1928, RFC 1929) for a connection. Errors: it refuses, or ends the connection. */
export async function connectBySocks(
  socket: Socket,
  { host, port, proxy }: { host: string; port: number; proxy: URL },
): Promise<Socket> {
  const read = readerOf(socket)
  const hasLogin = proxy.username !== ''
  socket.write(Buffer.from([VERSION, 1, hasLogin ? PASSWORD : NO_LOGIN]))
  const [, method] = await read(2)
  if (method !== (hasLogin ? PASSWORD : NO_LOGIN)) throw new Error(`the proxy ${proxy.host} refuses our login`)
  if (hasLogin) {
    const [name, password] = [proxy.username, proxy.password].map((text) => Buffer.from(decodeURIComponent(text)))
    socket.write(Buffer.concat([Buffer.from([1]), sized(name), sized(password)]))
    const [, refused] = await read(2)
    if (refused !== 0) throw new Error(`the proxy ${proxy.host} refuses our login`)
  }
  const target = Buffer.from([VERSION, 1, 0, 3])
  socket.write(Buffer.concat([target, sized(Buffer.from(host)), Buffer.from([port >> 8, port & 255])]))
  const [, code, , kind] = await read(4)
  if (code !== 0) throw new Error(`the proxy ${proxy.host} answered ${code ?? 'nothing'} (SOCKS)`)
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(1))[0] ?? 0)
  await read(length + 2)
  socket.pause()
  return socket
}

const sized = (bytes: Buffer | undefined): Buffer =>
  Buffer.concat([Buffer.from([bytes?.length ?? 0]), bytes ?? Buffer.alloc(0)])

/** Reads exactly so many bytes, and leaves the rest in the socket. */
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
