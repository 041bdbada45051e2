import type { DrillResult, Part, Usage } from './result.ts'
import type { Measurement } from './sample.ts'

/**
 * What a drill says of the data: it came back whole; it did not, and should have; it did not, as was expected of the tool
 * after such a fault; or that is not known.
 */
export type DataOutcome = 'whole' | 'lost' | 'lost as expected' | 'unknown'

/** Whether anything was backed up or restored in a drill, or should have been: else it says nothing of the tool. */
export function concernsTool({ evidence: { parts } }: DrillResult): boolean {
  return parts.some(({ part }) => ['backup', 'restore', 'outcome'].includes(part))
}

/**
 * Data is lost where it was seen to be wrong, where more was gone than the objective allows, where a backup claimed what it
 * did not hold, and where the tool did not bring back what could then not be read.
 */
export function judgeData({ evidence: { parts, outcome } }: DrillResult): DataOutcome {
  const of = (...names: string[]) => parts.filter(({ part }) => names.includes(part))
  const fails = ({ verdict }: Part) => verdict === 'fail'
  // It stands in place of the others where nothing is expected to bring the state back.
  if (of('outcome').length > 0) {
    if (outcome === 'does not recover') return 'lost as expected'
    return outcome === 'survives' ? 'whole' : 'unknown'
  }
  const data = of('integrity', 'RPO', 'claim')
  if (data.some(fails)) return 'lost'
  const looked = ['integrity', 'RPO'].every((name) => of(name).length > 0)
  if (looked && data.every(({ verdict }) => verdict === 'pass')) return 'whole'
  return outcome === 'does not recover' || of('backup', 'restore').some(fails) ? 'lost' : 'unknown'
}

/** The age of the oldest lost write, by the earliest and the latest time that the fault can have struck. */
export function measureRpo({ rpo, evidence: { loss } }: DrillResult): Measurement {
  if (rpo === null) return null
  const low = rpo.oldestLostMs
  const most =
    typeof loss === 'object' && loss !== null && 'oldestLostAtMostMs' in loss ? loss.oldestLostAtMostMs : null
  return { low, high: typeof most === 'number' && most > low ? most : low }
}

/**
 * RTO, where the service came back with its data. It never ended where the drill was carried out to its end, the objective
 * was missed, and what there was in the end was no service.
 */
export function measureRto(drill: DrillResult): Measurement {
  const { rtoMs, evidence } = drill
  if (rtoMs !== null) return judgeData(drill) === 'whole' ? rtoMs : null
  const has = (name: string, verdict: Part['verdict']) =>
    evidence.parts.some((part) => part.part === name && part.verdict === verdict)
  const { rtoAtLeastMs, outcome } = evidence
  const neverEnded = has('RTO', 'fail') && has('drill', 'pass') && outcome === 'does not recover'
  return neverEnded && typeof rtoAtLeastMs === 'number' ? { atLeast: rtoAtLeastMs } : null
}

/** CPU seconds of the tool over backup and restore. */
export function measureCpu(drill: DrillResult): number | null {
  return listUsage(drill)?.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) ?? null
}

/** The tool's peak of memory in bytes, over backup and restore. */
export function measureMemory(drill: DrillResult): number | null {
  const peaks = listUsage(drill)?.map(({ peakMemoryBytes }) => peakMemoryBytes)
  return peaks ? Math.max(...peaks) : null
}

/** Of each operation that took place; null where one of them was not measured, as the rest would pass for the whole. */
function listUsage({ backup, restore, resources }: DrillResult): Usage[] | null {
  const usage = [...(backup ? [resources.backup] : []), ...(restore ? [resources.restore] : [])]
  const known = usage.filter((each) => each !== null)
  return known.length > 0 && known.length === usage.length ? known : null
}
