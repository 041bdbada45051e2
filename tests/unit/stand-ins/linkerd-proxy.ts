import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'

/** A stand-in for the admin port of Linkerd's proxy: it shows metrics by HTTP, and its certificate to a client that begins TLS. */
export interface LinkerdProxy {
  open: () => Promise<Duplex>
  /** The names that clients asked for. */
  askedNames: string[]
  close: () => Promise<void>
}

interface Shown {
  metrics: string
  certificate: { cert: string; key: string }
}

/** The first byte of a TLS connection. */
const HANDSHAKE = 0x16

export async function startLinkerdProxy({ metrics, certificate }: Shown): Promise<LinkerdProxy> {
  const askedNames: string[] = []
  const plain = createHttpServer((request, response) => {
    response.writeHead(request.url === '/metrics' ? 200 : 404).end(metrics)
  })
  const secure = createTlsServer({
    ...certificate,
    SNICallback: (name, answer) => {
      askedNames.push(name)
      answer(null)
    },
  })
  const front = createServer((socket) => {
    socket.once('data', (first) => {
      socket.pause()
      socket.unshift(first)
      const server: Server = first[0] === HANDSHAKE ? secure : plain
      server.emit('connection', socket)
      if (server === plain) socket.resume()
    })
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const { port } = front.address() as AddressInfo
  const sockets = new Set<Duplex>()
  return {
    open: () => {
      const socket = connect(port, '127.0.0.1')
      sockets.add(socket)
      return Promise.resolve(socket)
    },
    askedNames,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        front.close(() => {
          resolve()
        })
      }),
  }
}
