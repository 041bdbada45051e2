/** Load on the user's application, run by k6. It reads the path of the probe and writes nothing. */
import exec from 'k6/execution'
import http from 'k6/http'
import { logRead, readsOnly, settings, timeout } from '../../load/script.ts'
import { isRightAnswer, type ProbeSettings } from './probe.ts'

const { url, host } = settings
const probe = JSON.parse(settings.workload) as ProbeSettings

export const options = readsOnly

export function read(): void {
  const answer = http.get(`${url}${probe.path}`, { headers: { Host: host }, timeout, responseType: 'text' })
  logRead(exec.scenario.iterationInTest, answer, isRightAnswer(probe, answer.status, answer.body))
}
