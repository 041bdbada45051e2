import { type DrillEvidence, select } from './evidence.ts'
import type { Loss } from './loss.ts'
import type { Recovery } from './recovery.ts'
import { fail, inconclusive, pass, type Outcome, type Part } from './result.ts'

/** Parts that say what became of the service; the others say whether it was watched well enough. */
const aboutTheService = ['backup', 'restore', 'integrity', 'RTO', 'RPO', 'moment', 'age', 'mesh', 'resources', 'claim']

/** Null where it was not seen. */
export function nameOutcome(
  { facts, restore }: DrillEvidence,
  parts: Part[],
  { recovery, loss }: { recovery: Recovery | null; loss: Loss | null },
): Outcome | null {
  const integrity = parts.filter(({ part }) => part === 'integrity')
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
  const watched = parts.filter(({ part }) => !aboutTheService.includes(part))
  const expected = 'expected: not recoverable'
  if (outcome === null) return [...watched, inconclusive('outcome', `${expected}; what became of it was not seen`)]
  if (outcome !== 'does not recover') return [...watched, fail('outcome', `${expected}; and yet it ${outcome}`)]
  const why = parts.find(({ part, verdict }) => aboutTheService.includes(part) && verdict !== 'pass')
  return [...watched, pass('outcome', `${expected}, and so it is: ${why?.reason ?? 'the restore did not succeed'}`)]
}
