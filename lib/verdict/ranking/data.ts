import type { z } from 'zod'
import type { DrillResult, Question } from '../result.ts'
import type { Part } from '../answer.ts'
import type { dataIntegrity } from '../schema/ranking.ts'

/**
 * Outcome of a drill for the data. Whole: all data came back. Lost: data is missing unexpectedly. Lost as expected: the
 * tool was not expected to bring the data back after such a fault.
 */
export type DataOutcome = 'whole' | 'lost' | 'lost as expected' | 'unknown'

export type DataIntegrity = z.infer<typeof dataIntegrity>

/** True if the drill backed up or restored anything, or should have. Otherwise it shows nothing about the tool. */
export function concernsTool({ parts }: DrillResult): boolean {
  return parts.some(({ question }) => ['backup', 'restore', 'outcome'].includes(question))
}

/** True if the service came back with correct data, but the workload cannot count missing writes. */
export function isBackUncounted({ parts }: DrillResult): boolean {
  const of = (name: Question) => parts.filter(({ question }) => question === name)
  const whole = of('integrity').length > 0 && of('integrity').every(({ verdict }) => verdict === 'pass')
  return whole && of('rpo').some(({ code }) => code === 'rpo.not-measurable')
}

/**
 * Data is lost in these cases: records were wrong, more was lost than the objective allows, a backup claimed data that
 * it did not hold, or the tool failed and the data could not be read afterwards.
 */
export function judgeData({ parts, evidence: { outcome } }: DrillResult): DataOutcome {
  const of = (...names: Question[]) => parts.filter(({ question }) => names.includes(question))
  const fails = ({ verdict }: Part) => verdict === 'fail'
  // `outcome` replaces the other questions if nothing is expected to bring the state back.
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
  // The list of findings in the result may be shortened, so the number comes from the evidence.
  const findings = measured.map(({ evidence }) => evidence.findings)
  return {
    whole,
    lost,
    lostAsExpected,
    unknown: count('unknown'),
    wholeShare: known === 0 ? null : whole / known,
    lostWrites: addKnown(measured.map((drill) => lostBy('writes', drill))),
    lostFiles: addKnown(measured.map((drill) => lostBy('files', drill))),
    findings: addKnown(findings),
  }
}

/** Number of losses of a drill with a workload that counts in this unit, else null. Older runs count writes. */
const lostBy = (by: 'writes' | 'files', { rpo, evidence }: DrillResult): number | null =>
  (evidence.loss?.by ?? 'writes') === by ? (rpo?.lost ?? null) : null

/** The sum of the known counts. Null if no count is known. */
function addKnown(counts: (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null)
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0)
}
