/** Load on a service of numbered records, run by k6. */
import exec from 'k6/execution'
import http from 'k6/http'
import { planWrite } from '../../../load/load.ts'
import { logRead, logSent, logWrite, settings, timeout } from '../../../load/script.ts'
import type { Payloads } from './payloads.ts'

/** Functions of the two scenarios of a script. */
export function recordsLoad(payloads: Payloads): { write: () => void; read: () => void } {
  const { url, seed, seeded } = settings
  const headers = { Host: settings.host }
  const isRight = (slot: number, sequence: string | undefined, body: ArrayBuffer | null): boolean => {
    const expected = payloads.expected({ seed, seeded }, slot, Number(sequence ?? NaN))
    if (!expected || body?.byteLength !== expected.length) return false
    const got = new Uint8Array(body)
    return expected.every((byte, at) => byte === got[at])
  }
  return {
    write() {
      const planned = planWrite(exec.scenario.iterationInTest, seeded)
      const { sequence, slot, generation } = planned
      const payload = payloads.written(seed, sequence)
      logSent(planned)
      const target = `${url}/records/${slot}?sequence=${sequence}&generation=${generation}`
      logWrite(planned, http.put(target, payload.buffer as ArrayBuffer, { headers, timeout, responseType: 'none' }))
    },
    read() {
      const slot = (exec.scenario.iterationInTest * 104_729) % seeded
      const answer = http.get(`${url}/records/${slot}`, { headers, timeout, responseType: 'binary' })
      logRead(slot, answer, answer.status === 200 && isRight(slot, answer.headers['X-Sequence'], answer.body))
    },
  }
}
