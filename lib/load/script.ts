/**
 * Shared parts of the k6 scripts of all workloads: settings, request schedule, and the lines that outcomes.ts parses. k6
 * writes each console line to a file at once, so a killed k6 loses at most its current line.
 */
import type { Response } from 'k6/http'
import type { PlannedWrite } from './load.ts'

/** Settings of a script. `settingsOf` in testrun/runner.ts sets them. */
export const settings = {
  url: readText('URL'),
  /** Host name of the service at the gateway. */
  host: readText('ROUTE_HOST'),
  seed: readCount('SEED'),
  seeded: readCount('SEEDED'),
  /** Settings of the workload, as text. Empty if it has none. */
  workload: __ENV.WORKLOAD ?? '',
}

/** Timeout of each request, including its answer. */
export const timeout = '2s'

/** Fixed schedule: function `write` at three quarters of RATE requests per second, function `read` at one quarter. */
export const writesAndReads = {
  // Following a redirect would send a write twice.
  maxRedirects: 0,
  scenarios: {
    // Enough virtual users, even if every request hangs until its timeout.
    writes: { ...schedule(), exec: 'write', rate: rate() * 3, preAllocatedVUs: rate() * 2 },
    reads: { ...schedule(), exec: 'read', rate: rate(), preAllocatedVUs: rate() },
  },
}

/** Fixed schedule: function `read` at RATE requests per second. */
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

/** Logs a read. `right` is true if the answer was a 2xx with the right content. */
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

/** Duration from the start of the connection to the end of the answer, in milliseconds. */
function took({ blocked, connecting, tls_handshaking: handshaking, duration }: Response['timings']): number {
  return blocked + connecting + handshaking + duration
}

function log(line: (string | number | boolean)[]): void {
  // eslint-disable-next-line no-console -- the console is k6's only way to write while it runs
  console.log(JSON.stringify(line))
}

function readText(name: string): string {
  const value = __ENV[name]
  if (!value) throw new Error(`the load needs variable ${name}`)
  return value
}

function readCount(name: string): number {
  const value = Number(readText(name))
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`${name} must be a whole number, got ${readText(name)}`)
  return value
}
