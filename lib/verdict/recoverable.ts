import type { Question } from './codes.ts'
import { select } from './evidence.ts'
import type { Measured } from './measure.ts'
import type { OUTCOMES } from './schema/evidence.ts'
import { answer, type Answer, type Part, toPart } from './answer.ts'

/**
 * Outcome for the service: it survived with every acknowledged write, it came back and lost some, or it did not come
 * back.
 */
export type Outcome = (typeof OUTCOMES)[number]

/** Questions about the service. The other questions ask whether the drill was observed well enough. */
const SERVICE_QUESTIONS: Question[] = [
  'backup',
  'backup-content',
  'restore',
  'integrity',
  'attributes',
  'rto',
  'rpo',
  'point-in-time',
  'freshness',
  'mesh',
  'resources',
]

/** The outcome of a drill. Null if it was not seen. */
export function nameOutcome({ facts, restore, recovery, loss }: Measured, parts: Part[]): Outcome | null {
  const integrity = parts.filter(({ question }) => question === 'integrity')
  const hasRestoreFailed = restore?.operation.succeeded === false
  const isStillAway = select(facts, 'restore.requested').length > 0 && recovery?.away === true
  if (hasRestoreFailed || isStillAway || integrity.some(({ verdict }) => verdict === 'fail')) return 'does not recover'
  const whole = integrity.length > 0 && integrity.every(({ verdict }) => verdict === 'pass')
  const known = loss?.problem === null && recovery !== null && recovery.rtoMs !== null
  if (!whole || !known) return null
  return loss.lost === 0 ? 'survives' : 'recovers with loss'
}

/**
 * Parts of a drill after which nothing is expected to bring the state back. If it does not come back, the drill passes:
 * this is a finding about the tool. If it does come back, the drill fails, so that someone corrects the expectation.
 */
export function expectLoss(parts: Part[], outcome: Outcome | null): Part[] {
  const watched = parts.filter(({ question }) => !SERVICE_QUESTIONS.includes(question))
  const expected = 'expected: not recoverable'
  const conclude = (found: Answer<'outcome'>) => [...watched, toPart(found)]
  if (outcome === null) return conclude(answer('outcome.not-seen', `${expected}; the outcome was not seen`))
  if (outcome !== 'does not recover')
    return conclude(answer('outcome.recovered', `${expected}, but the service ${outcome}`))
  const why = parts.find(({ question, verdict }) => SERVICE_QUESTIONS.includes(question) && verdict !== 'pass')
  return conclude(
    answer('outcome.not-recoverable', `not recoverable, as expected: ${why?.reason ?? 'the restore did not succeed'}`),
  )
}
