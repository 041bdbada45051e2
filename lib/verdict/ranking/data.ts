import type { z } from 'zod'
import type { DrillResult, Question } from '../result.ts'
import type { Part } from '../answer.ts'
import type { dataIntegrity } from '../schema/ranking.ts'

/**
 * What a drill says of the data: it came back whole; it did not, and should have; it did not, as was expected of the tool
 * after such a fault; or that is not known.
 */
export type DataOutcome = 'whole' | 'lost' | 'lost as expected' | 'unknown'

export type DataIntegrity = z.infer<typeof dataIntegrity>

/** Whether anything was backed up or restored in a drill, or should have been: else it says nothing of the tool. */
export function concernsTool({ parts }: DrillResult): boolean {
  return parts.some(({ question }) => ['backup', 'restore', 'outcome'].includes(question))
}

/** True if the service came back with data in which nothing was wrong, though nobody knows which writes are missing. */
export function isBackUncounted({ parts }: DrillResult): boolean {
  const of = (name: Question) => parts.filter(({ question }) => question === name)
  const whole = of('integrity').length > 0 && of('integrity').every(({ verdict }) => verdict === 'pass')
  return whole && of('rpo').some(({ code }) => code === 'rpo.not-measurable')
}

/**
 * Data is lost where it was seen to be wrong, where more was gone than the objective allows, where a backup claimed what it
 * did not hold, and where the tool did not bring back what could then not be read.
 */
export function judgeData({ parts, evidence: { outcome } }: DrillResult): DataOutcome {
  const of = (...names: Question[]) => parts.filter(({ question }) => names.includes(question))
  const fails = ({ verdict }: Part) => verdict === 'fail'
  // It stands in place of the others where nothing is expected to bring the state back.
  if (of('outcome').length > 0) {
    if (outcome === 'does not recover') return 'lost as expected'
    return outcome === 'survives' ? 'whole' : 'unknown'
  }
  const data = of('integrity', 'rpo', 'backup-content')
  if (data.some(fails)) return 'lost'
  const looked = of('integrity').length > 0 && of('rpo').some(({ code }) => code !== 'rpo.not-measurable')
  if (looked && data.every(({ verdict }) => verdict === 'pass')) return 'whole'
  return outcome === 'does not recover' || of('backup', 'restore').some(fails) ? 'lost' : 'unknown'
}

export function measureIntegrity(measured: DrillResult[]): DataIntegrity {
  const outcomes = measured.map(judgeData)
  const count = (outcome: DataOutcome) => outcomes.filter((each) => each === outcome).length
  const [whole, lost, lostAsExpected] = [count('whole'), count('lost'), count('lost as expected')]
  const known = whole + lost + lostAsExpected
  // The list in the result is cut off where it grows long; the evidence has the number.
  const findings = measured.map(({ evidence }) => evidence.findings)
  return {
    whole,
    lost,
    lostAsExpected,
    unknown: count('unknown'),
    wholeShare: known === 0 ? null : whole / known,
    lostWrites: addKnown(measured.map(({ rpo }) => rpo?.lost ?? null)),
    findings: addKnown(findings),
  }
}

/** Null where none is known. */
function addKnown(counts: (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null)
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0)
}
