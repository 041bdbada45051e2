import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from '@playwright/test'
import { startProbe, type Outcome } from '../../../lib/probes/availability/probe.ts'

const probe = { path: '/records/3', isRight: () => false }

/** A service that never answers, and keeps half-closed connections open. */
async function listen() {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const route = { url: `http://127.0.0.1:${port}`, host: 'ledger.test' }
  const taken = async () => {
    const [socket] = (await once(server, 'connection')) as [Socket]
    const how = new Promise<string>((resolve) => {
      socket.once('end', () => {
        resolve('closed')
      })
      socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
        resolve(code)
      })
    })
    return { socket: socket.resume(), how }
  }
  return { route, taken, stop: () => server.close() }
}

test('an abandoned probe leaves no half-open connection', async () => {
  const { route, taken, stop } = await listen()
  const connected = taken()
  const { abandon } = startProbe(route, probe, () => undefined)
  const { socket, how } = await connected
  await once(socket, 'data')
  abandon()
  expect(await how).toBe('ECONNRESET')
  stop()
})

test('an answered probe leaves no half-open connection', async () => {
  const { route, taken, stop } = await listen()
  const connected = taken()
  const outcome = new Promise<Outcome>((resolve) => startProbe(route, probe, resolve))
  const { socket, how } = await connected
  socket.write('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno')
  expect(await outcome).toBe('wrong')
  expect(await how).toBe('ECONNRESET')
  stop()
})
