import type { Answer } from '../../probes/availability/answer.ts'
import type { ProbesOf } from '../../probes/availability/run-prober.ts'
import type { Application } from './definition.ts'

/** What a client must know to tell a right answer. Sent to the prober and to k6 as JSON. */
export type ProbeSettings = Application['probe']

/** Whether an answer is right. k6 and the prober use it, so it needs no module of Node. */
export const isRightAnswer = (
  { status: wanted, body: pattern }: ProbeSettings,
  status: number,
  body: string,
): boolean => status === wanted && (pattern === undefined || new RegExp(pattern).test(body))

/** Each probe sends the same request. */
export const applicationProbes: ProbesOf = ({ settings }) => {
  const probe = JSON.parse(settings ?? '') as ProbeSettings
  const isRight = ({ status, body }: Answer): boolean =>
    isRightAnswer(probe, status, Buffer.from(body).toString('utf8'))
  return () => ({ path: probe.path, isRight })
}
