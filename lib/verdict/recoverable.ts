import type { Question } from './codes.ts'
import { select } from './evidence.ts'
import type { Measured } from './measure.ts'
import type { OUTCOMES } from './schema/evidence.ts'
import { answer, type Answer, type Part, toPart } from './answer.ts'

/**
 * What became of the service: it survived with every acknowledged write, it came back and lost some, or it did not come
 * back.
 */
export type Outcome = (typeof OUTCOMES)[number]

/** Questions about the service. The others ask whether the drill was watched well enough. */
const aboutTheService: Question[] = [
  'backup',
  'backup-content',
  'restore',
  'integrity',
  'rto',
  'rpo',
  'point-in-time',
  'freshness',
  'mesh',
  'resources',
]

/** Null where it was not seen. */
export function nameOutcome({ facts, restore, recovery, loss }: Measured, parts: Part[]): Outcome | null {
  const integrity = parts.filter(({ question }) => question === 'integrity')
  const refused = restore?.operation.succeeded === false
  const gone = select(facts, 'restore.requested').length > 0 && recovery?.away === true
  if (refused || gone || integrity.some(({ verdict }) => verdict === 'fail')) return 'does not recover'
  const whole = integrity.length > 0 && integrity.every(({ verdict }) => verdict === 'pass')
  const known = loss?.problem === null && recovery !== null && recovery.rtoMs !== null
  if (!whole || !known) return null
  return loss.lost === 0 ? 'survives' : 'recovers with loss'
}

/**
 * The parts of a drill of which it is expected that nothing can bring the state back: that is a finding about the tool, and
 * the drill passes as long as it holds. A tool that does bring the state back fails it, so that the expectation is mended.
 */
export function expectLoss(parts: Part[], outcome: Outcome | null): Part[] {
  const watched = parts.filter(({ question }) => !aboutTheService.includes(question))
  const expected = 'expected: not recoverable'
  const conclude = (found: Answer<'outcome'>) => [...watched, toPart(found)]
  if (outcome === null) return conclude(answer('outcome.not-seen', `${expected}; what became of it was not seen`))
  if (outcome !== 'does not recover') return conclude(answer('outcome.recovered', `${expected}; and yet it ${outcome}`))
  const why = parts.find(({ question, verdict }) => aboutTheService.includes(question) && verdict !== 'pass')
  return conclude(
    answer('outcome.not-recoverable', `${expected}, and so it is: ${why?.reason ?? 'the restore did not succeed'}`),
  )
}
