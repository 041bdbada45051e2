import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { expectedPayload } from '../../load/plan.ts'
import type { Route } from '../../meshes/mesh.ts'

export interface ProbedVolume {
  seed: number
  seeded: number
}

/** What became of a probe. `answered` is false where no whole HTTP answer came: refused, reset, or not in time. */
export interface ProbeOutcome {
  answered: boolean
  right: boolean
}

const NO_ANSWER: ProbeOutcome = { answered: false, right: false }
/** Longer than any record. */
const MAX_BODY_BYTES = 65_536

/**
 * Reads one slot through the route and checks every byte of it. Resolves always, at the latest after `timeoutMs`.
 *
 * Each probe has a connection of its own. A pooled one may be dead since its pod went, which says nothing about whether
 * a client that comes now is served; and one that still lives says nothing about whether a new one would be taken.
 */
export function probe(route: Route, volume: ProbedVolume, slot: number, timeoutMs: number): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const url = new URL(`/records/${slot}`, route.url)
    const sent = request(url, { agent: false, headers: { host: route.host, connection: 'close' } }, (response) => {
      readBody(response, (body) => {
        finish({ answered: true, right: isRight(response, body, volume, slot) })
      })
    })
    const finish = (outcome: ProbeOutcome) => {
      clearTimeout(timer)
      resolve(outcome)
      sent.destroy()
    }
    const timer = setTimeout(finish, timeoutMs, NO_ANSWER)
    // What went wrong makes no difference to a client without an answer.
    sent.on('error', () => {
      finish(NO_ANSWER)
    })
    sent.end()
  })
}

/** A cut body never gets to its end, and is for the timer or the request's error. */
function readBody(response: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  })
  response.on('end', () => {
    done(Buffer.concat(chunks))
  })
}

function isRight(response: IncomingMessage, body: Buffer, volume: ProbedVolume, slot: number): boolean {
  if (response.statusCode !== 200) return false
  const sequence = Number(response.headers['x-sequence'] ?? NaN)
  const expected = expectedPayload(volume, slot, sequence)
  return expected !== null && body.equals(expected)
}
