/** Load on the stateless service, run by k6. It reads one page. */
import exec from 'k6/execution'
import http from 'k6/http'
import { logRead, readsOnly, settings, timeout } from '../../load/script.ts'
import { PAGE } from './probe.ts'

export const options = readsOnly

export function read(): void {
  const headers = { Host: settings.host }
  const answer = http.get(`${settings.url}${PAGE.path}`, { headers, timeout, responseType: 'text' })
  logRead(exec.scenario.iterationInTest, answer, answer.status === 200 && answer.body === PAGE.text)
}
