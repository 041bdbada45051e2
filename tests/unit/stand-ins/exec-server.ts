import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { KubeConfig } from '@kubernetes/client-node'

/** How a command ended: what it printed, or why the server calls it failed. */
export type ExecAnswer = { stdout: string } | { stderr: string }

/** A stand-in for an API server that answers execs alone, and notes the URL of each request, as an audit log does. */
export interface ExecServer {
  config: KubeConfig
  urls: string[]
  close(): Promise<void>
}

const STDOUT = 1
const STDERR = 2
const STATUS = 3

/** `answer` gets the command of each exec. An answer of null refuses the connection. */
export async function startExecServer(answer: (command: string[]) => ExecAnswer | null): Promise<ExecServer> {
  const urls: string[] = []
  const server = createServer()
  const sockets = new Set<Duplex>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const url = new URL(request.url ?? '', 'http://server')
    urls.push(request.url ?? '')
    sockets.add(socket)
    const said = answer(url.searchParams.getAll('command'))
    if (said === null) {
      socket.destroy()
      return
    }
    socket.write(handshake(request))
    const failed = 'stderr' in said
    socket.write(failed ? frame(STDERR, said.stderr) : frame(STDOUT, said.stdout))
    const status = failed
      ? { status: 'Failure', message: 'command terminated with exit code 1' }
      : { status: 'Success' }
    socket.write(frame(STATUS, JSON.stringify(status)))
    // A close frame without a reason.
    socket.end(Buffer.from([0x88, 0]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  })
  return {
    config,
    urls,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => {
          resolve()
        })
      }),
  }
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

function handshake({ headers }: IncomingMessage): string {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key'] ?? ''}${GUID}`)
    .digest('base64')
  const protocol = headers['sec-websocket-protocol']?.split(',')[0]?.trim() ?? ''
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  return [...lines, `Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n')
}

/** A message of up to 64 KiB, whose first byte is the channel. */
function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(payload.length)
  const head = payload.length < 126 ? Buffer.from([0x82, payload.length]) : Buffer.from([0x82, 126, ...length])
  return Buffer.concat([head, payload])
}
