/**
 * What the k6 scripts of all workloads share: their settings, when requests are sent, and the lines that outcomes.ts reads.
 * Each line goes to the console, which k6 writes through to a file at once: only a killed k6's current line is lost.
 */
import type { Response } from 'k6/http'
import type { PlannedWrite } from './load.ts'

/** What a script is told; k6.ts sets it. */
export const settings = {
  url: readText('URL'),
  /** Names the service at the gateway. */
  host: readText('ROUTE_HOST'),
  seed: readCount('SEED'),
  seeded: readCount('SEEDED'),
  /** Settings of the workload, as text; empty if it has none. */
  workload: __ENV.WORKLOAD ?? '',
}

/** Of each request, with its answer. */
export const timeout = '2s'

/** Function `write` at three quarters of RATE requests per second and function `read` at one quarter, on a fixed schedule. */
export const writesAndReads = {
  // A redirect would send a write twice.
  maxRedirects: 0,
  scenarios: {
    // Enough virtual users for every request to hang until its timeout.
    writes: { ...schedule(), exec: 'write', rate: rate() * 3, preAllocatedVUs: rate() * 2 },
    reads: { ...schedule(), exec: 'read', rate: rate(), preAllocatedVUs: rate() },
  },
}

/** Function `read` at RATE requests per second, on a fixed schedule. */
export const readsOnly = {
  maxRedirects: 0,
  scenarios: { reads: { ...schedule(), exec: 'read', rate: rate() * 4, preAllocatedVUs: rate() * 3 } },
}

export function logSent({ sequence, slot, generation }: PlannedWrite): void {
  log(['sent', sequence, slot, generation, Date.now()])
}

export function logWrite({ sequence }: PlannedWrite, { status, timings }: Pick<Response, 'status' | 'timings'>): void {
  log(['write', sequence, status, Date.now(), took(timings)])
}

/** `right`: whether the answer was a 2xx with the right content. */
export function logRead(slot: number, { status, timings }: Pick<Response, 'status' | 'timings'>, right: boolean): void {
  log(['read', slot, status, Date.now(), took(timings), right])
}

function schedule() {
  return {
    executor: 'constant-arrival-rate',
    timeUnit: '4s',
    duration: readText('DURATION'),
    gracefulStop: '3s',
  } as const
}

function rate(): number {
  return readCount('RATE')
}

/** From wanting a connection to the end of the answer, in milliseconds. */
function took({ blocked, connecting, tls_handshaking: handshaking, duration }: Response['timings']): number {
  return blocked + connecting + handshaking + duration
}

function log(line: (string | number | boolean)[]): void {
  // eslint-disable-next-line no-console -- the console is k6's only way to write while it runs
  console.log(JSON.stringify(line))
}

function readText(name: string): string {
  const value = __ENV[name]
  if (!value) throw new Error(`the load needs ${name}`)
  return value
}

function readCount(name: string): number {
  const value = Number(readText(name))
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number, got ${readText(name)}`)
  return value
}
