import type { Answer } from '../../probes/availability/answer.ts'
import type { ProbesOf } from '../../probes/availability/run-prober.ts'
import type { Application } from './definition.ts'

/** Request and expected answer of a probe. The prober and k6 receive them as JSON. */
export type ProbeSettings = Application['probe']

/** True if an answer is right. Uses no module of Node, because k6 runs it too. */
export const isRightAnswer = (
  { status: wanted, body: pattern }: ProbeSettings,
  status: number,
  body: string,
): boolean => status === wanted && (pattern === undefined || new RegExp(pattern).test(body))

/** Probes that all send the same request. */
export const applicationProbes: ProbesOf = ({ settings }) => {
  const probe = JSON.parse(settings ?? '') as ProbeSettings
  const isRight = ({ status, body }: Answer): boolean =>
    isRightAnswer(probe, status, Buffer.from(body).toString('utf8'))
  return () => ({ path: probe.path, isRight })
}
