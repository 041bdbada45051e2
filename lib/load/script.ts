/**
 * The load, run by k6: writes at three quarters of RATE requests per second and reads at one quarter, by the clock. What
 * became of each is one line on the console, which k6 writes through to a file at once: only a killed k6's current line
 * is lost. outcomes.ts reads the lines.
 */
import exec from 'k6/execution'
import http, { type Response } from 'k6/http'
import { writtenPayload } from '../workloads/ledger/payload.ts'
import { expectedPayload, planWrite } from './plan.ts'

const url = text('URL')
const headers = { Host: text('ROUTE_HOST') }
const volume = { seed: count('SEED'), seeded: count('SEEDED') }
const rate = count('RATE')
const timeout = '2s'

const byTheClock = {
  executor: 'constant-arrival-rate',
  timeUnit: '4s',
  duration: text('DURATION'),
  gracefulStop: '3s',
} as const

export const options = {
  // A redirect would send a write twice.
  maxRedirects: 0,
  scenarios: {
    // Enough virtual users for every request to hang until its timeout.
    writes: { ...byTheClock, exec: 'write', rate: rate * 3, preAllocatedVUs: rate * 2 },
    reads: { ...byTheClock, exec: 'read', rate, preAllocatedVUs: rate },
  },
}

export function write(): void {
  const { sequence, slot, generation } = planWrite(exec.scenario.iterationInTest, volume.seeded)
  const payload = writtenPayload(volume.seed, sequence)
  log(['sent', sequence, slot, generation, Date.now()])
  const target = `${url}/records/${slot}?sequence=${sequence}&generation=${generation}`
  const answer = http.put(target, payload.buffer as ArrayBuffer, { headers, timeout, responseType: 'none' })
  log(['write', sequence, answer.status, Date.now(), took(answer.timings)])
}

export function read(): void {
  const slot = (exec.scenario.iterationInTest * 104_729) % volume.seeded
  const answer = http.get(`${url}/records/${slot}`, { headers, timeout, responseType: 'binary' })
  const right = answer.status === 200 && isRight(slot, answer.headers['X-Sequence'], answer.body)
  log(['read', slot, answer.status, Date.now(), took(answer.timings), right])
}

function isRight(slot: number, sequence: string | undefined, body: ArrayBuffer | null): boolean {
  const expected = expectedPayload(volume, slot, Number(sequence ?? NaN))
  if (!expected || body?.byteLength !== expected.length) return false
  const got = new Uint8Array(body)
  return expected.every((byte, at) => byte === got[at])
}

/** From wanting a connection to the end of the answer, in milliseconds. */
function took({ blocked, connecting, tls_handshaking: handshaking, duration }: Response['timings']): number {
  return blocked + connecting + handshaking + duration
}

function log(line: (string | number | boolean)[]): void {
  // eslint-disable-next-line no-console -- the console is k6's only way to write while it runs
  console.log(JSON.stringify(line))
}

function text(name: string): string {
  const value = __ENV[name]
  if (!value) throw new Error(`the load needs ${name}`)
  return value
}

function count(name: string): number {
  const value = Number(text(name))
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} must be a whole number, got ${text(name)}`)
  return value
}
