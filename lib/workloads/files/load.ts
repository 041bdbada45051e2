/** Load on the files, run by k6: PUT of whole files, and GET of small ones. */
import exec from 'k6/execution'
import http from 'k6/http'
import { planWrite } from '../../load/load.ts'
import { logRead, logSent, logWrite, settings, timeout, writesAndReads } from '../../load/script.ts'
import { isMeantFor, pathOf, smallSlot, writtenContent } from './content.ts'

const { url, seed, seeded } = settings
const headers = { Host: settings.host }

export const options = writesAndReads

export function write(): void {
  const planned = planWrite(exec.scenario.iterationInTest, seeded)
  const content = writtenContent(seed, planned.sequence)
  logSent(planned)
  const target = `${url}/${pathOf(planned.slot)}`
  logWrite(planned, http.put(target, content.buffer as ArrayBuffer, { headers, timeout, responseType: 'none' }))
}

export function read(): void {
  const slot = smallSlot((exec.scenario.iterationInTest * 104_729) % seeded)
  const answer = http.get(`${url}/${pathOf(slot)}`, { headers, timeout, responseType: 'binary' })
  const right = answer.status === 200 && isMeantFor({ seed, seeded }, slot, new Uint8Array(answer.body))
  logRead(slot, answer, right)
}
