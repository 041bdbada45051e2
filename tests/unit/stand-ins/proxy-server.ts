import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

/** A stand-in for a company's HTTP proxy, which notes what it is asked for. */
export interface ProxyServer {
  url: string
  /** `CONNECT host:port`, or the method and the whole URL. */
  asked: string[]
  close(): Promise<void>
}

/** Where the proxy leads instead of where it is asked to; null for there. */
export async function startProxy(leadsTo: string | null = null): Promise<ProxyServer> {
  const asked: string[] = []
  const server: Server = createServer((incoming, response) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`)
    const { pathname, search, origin } = new URL(incoming.url ?? '', 'http://nowhere.invalid')
    const target = `${leadsTo ?? origin}${pathname}${search}`
    const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.once('error', () => response.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, client) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`)
    const { hostname, port } = new URL(leadsTo ?? `http://${incoming.url ?? ''}`)
    const target = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.once('error', () => client.destroy())
    client.once('error', () => target.destroy())
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}
