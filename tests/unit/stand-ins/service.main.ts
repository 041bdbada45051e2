/** Stands in for a ledger behind a gateway: answers as it is told to, over IPC. A process of its own, as a service is. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DENIED_CALL } from '../../../lib/components/support/denied-call.ts'
import { seededPayload } from '../../../lib/workloads/ledger/payload.ts'
import type { Behaviour, Told } from './service.ts'

const seed = Number(process.argv[2])
let behaviour: Behaviour = 'right'
let puts = 0
let port = 0
let server: Server | null = null

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  if (request.method === 'PUT') puts++
  const slot = Number(/^\/records\/(\d+)/.exec(request.url ?? '')?.[1])
  if (behaviour === 'hanging') return
  if (behaviour === 'unavailable') response.writeHead(503).end('no healthy upstream')
  else if (behaviour === 'cut') response.writeHead(200, { 'content-length': '4032', 'x-sequence': slot }).write('half')
  else if (behaviour === 'denying' && request.headers[DENIED_CALL.header.name] === DENIED_CALL.header.value)
    response.writeHead(DENIED_CALL.status).end('RBAC: access denied')
  else if (request.headers.host !== 'ledger.test') response.writeHead(404).end('no such host')
  else if (request.method === 'PUT') response.end()
  else response.writeHead(200, { 'x-sequence': slot, 'x-generation': 1 }).end(payload(slot))
  if (behaviour === 'cut') setTimeout(() => void response.destroy(), 1)
}

function payload(slot: number): Uint8Array {
  const bytes = seededPayload(seed, behaviour === 'another slot' ? slot + 1 : slot)
  if (behaviour === 'wrong') bytes[4000] = (bytes[4000] ?? 0) ^ 1
  return bytes
}

async function listen(): Promise<void> {
  const started = createServer(answer)
  await new Promise<void>((resolve) => started.listen(port, '127.0.0.1', resolve))
  port = (started.address() as AddressInfo).port
  server = started
}

async function behave(next: Behaviour): Promise<void> {
  behaviour = next
  server?.closeAllConnections()
  if (next === 'refusing' && server) {
    await once(server.close(), 'close')
    server = null
  }
  if (next !== 'refusing' && !server) await listen()
  tell()
}

const tell = () => process.send?.({ port, puts } satisfies Told)

process.on('message', (next: Behaviour) => void behave(next))
process.on('disconnect', () => {
  process.exit(0)
})
await listen()
tell()
