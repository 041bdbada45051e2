/** The load on the ledger, run by k6. */
import exec from 'k6/execution'
import http from 'k6/http'
import { planWrite } from '../../load/load.ts'
import { logRead, logSent, logWrite, settings, timeout, writesAndReads } from '../../load/script.ts'
import { expectedPayload, writtenPayload } from './payload.ts'

const { url, seed, seeded } = settings
const headers = { Host: settings.host }

export const options = writesAndReads

export function write(): void {
  const planned = planWrite(exec.scenario.iterationInTest, seeded)
  const { sequence, slot, generation } = planned
  const payload = writtenPayload(seed, sequence)
  logSent(planned)
  const target = `${url}/records/${slot}?sequence=${sequence}&generation=${generation}`
  logWrite(planned, http.put(target, payload.buffer as ArrayBuffer, { headers, timeout, responseType: 'none' }))
}

export function read(): void {
  const slot = (exec.scenario.iterationInTest * 104_729) % seeded
  const answer = http.get(`${url}/records/${slot}`, { headers, timeout, responseType: 'binary' })
  logRead(slot, answer, answer.status === 200 && isRight(slot, answer.headers['X-Sequence'], answer.body))
}

function isRight(slot: number, sequence: string | undefined, body: ArrayBuffer | null): boolean {
  const expected = expectedPayload({ seed, seeded }, slot, Number(sequence ?? NaN))
  if (!expected || body?.byteLength !== expected.length) return false
  const got = new Uint8Array(body)
  return expected.every((byte, at) => byte === got[at])
}
