import { connect } from 'node:net'
import type { DeniedCall, Route } from '../../components/mesh.ts'
import { type Answer, parseAnswer } from './answer.ts'

/** A GET request, and the test of its answer. */
export interface Probe {
  path: string
  isRight: (answer: Answer) => boolean
}

/** The seeded data of a service. */
export interface Dataset {
  seed: number
  /** Number of seeded objects: records, files or rows. */
  seeded: number
  /** The workload's settings for its clients, if it has any. */
  settings?: string
}

/**
 * Outcome of a probe. `denied`: the mesh denied a call that it must deny. `cut`: the connection ended before the answer was
 * complete. `not asked`: this machine could not send the request, which says nothing about the service.
 */
export type Outcome = 'right' | 'denied' | 'wrong' | 'refused' | 'cut' | 'not asked'

/** Maximum size of an answer with its headers. A longer one is wrong. */
const MAX_BYTES = 65_536
/** Errors of the probing machine: no more ports, files or memory. */
const OWN_ERRORS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

/**
 * Sends one probe through the route and checks the complete answer. `denied` makes it the call that the mesh must deny. Calls
 * `done` once, unless the probe is abandoned before.
 *
 * Each probe opens a new connection. A pooled connection to a lost pod can be broken although new clients are served. A
 * pooled connection can also work although the service refuses new ones.
 */
export function startProbe(
  route: Route,
  { path, isRight }: Probe,
  done: (outcome: Outcome) => void,
  denied: DeniedCall | null = null,
): { abandon: () => void } {
  const { hostname, port } = new URL(route.url)
  const socket = connect({ host: hostname, port: Number(port || 80) })
  let bytes = Buffer.alloc(0)
  const finish = (outcome: Outcome) => {
    abandon()
    done(outcome)
  }
  const abandon = () => {
    socket.removeAllListeners()
    // Ignore errors after the end. Without a listener they would end the process.
    socket.on('error', () => undefined)
    // Reset the connection. An orderly close leaves a half-open connection at a hanging service or at a proxy before it. A later
    // probe from the same port would reach that half and wait a second in vain.
    if (socket.connecting) socket.destroy()
    else socket.resetAndDestroy()
  }
  const read = (ended: boolean) => {
    const answer = parseAnswer(bytes, ended)
    if (answer !== null) finish(answer.status === denied?.status ? 'denied' : isRight(answer) ? 'right' : 'wrong')
    else if (bytes.length > MAX_BYTES) finish('wrong')
    else if (ended) finish('cut')
  }
  socket.on('data', (chunk) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    read(false)
  })
  socket.on('end', () => {
    read(true)
  })
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    finish(OWN_ERRORS.has(code) ? 'not asked' : code === 'ECONNREFUSED' ? 'refused' : 'cut')
  })
  const marked = denied === null ? '' : `${denied.header.name}: ${denied.header.value}\r\n`
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${route.host}\r\n${marked}connection: close\r\n\r\n`)
  return { abandon }
}
