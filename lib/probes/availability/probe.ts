import { connect } from 'node:net'
import type { Route } from '../../components/mesh.ts'
import { type Answer, parseAnswer } from './answer.ts'

/** A GET request, and which answer to it is right. */
export interface Probe {
  path: string
  isRight: (answer: Answer) => boolean
}

/** The data that a service was filled with. */
export interface Dataset {
  seed: number
  /** Objects that were seeded: records, files or rows. */
  seeded: number
  /** The workload's settings for its clients, if it has any. */
  settings?: string
}

/**
 * What became of a probe: `cut` where the connection ended before a whole answer, `not asked` where this machine could not
 * even try, which says nothing of the service.
 */
export type Outcome = 'right' | 'wrong' | 'refused' | 'cut' | 'not asked'

/** Longest answer, with its headers, that a probe may ask for. A longer one is wrong. */
const MAX_BYTES = 65_536
/** Errors of the machine that asks: no more ports, files or memory. */
const OWN_ERRORS = new Set(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

/**
 * Sends one probe through the route and checks the whole answer. Calls `done` once, unless it is abandoned before.
 *
 * Each probe has a connection of its own. A pooled one may be dead since its pod went, which says nothing about whether
 * a client that comes now is served; and one that still lives says nothing about whether a new one would be taken.
 */
export function startProbe(
  route: Route,
  { path, isRight }: Probe,
  done: (outcome: Outcome) => void,
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
    // An error that comes after the end is of no interest, and without a listener it would end the process.
    socket.on('error', () => undefined)
    // By a reset: what is closed in order leaves a half of itself with a service that hangs, or in what forwards to it, and a
    // later probe that comes from the same port would meet that half, and wait a second for nothing.
    if (socket.connecting) socket.destroy()
    else socket.resetAndDestroy()
  }
  const read = (ended: boolean) => {
    const answer = parseAnswer(bytes, ended)
    if (answer !== null) finish(isRight(answer) ? 'right' : 'wrong')
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
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${route.host}\r\nconnection: close\r\n\r\n`)
  return { abandon }
}
