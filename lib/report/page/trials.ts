import { measureRpo } from '../../verdict/ranking/metrics.ts'
import { type DrillResult, isControl, nameStrategy } from '../../verdict/result.ts'
import type { Question } from '../../verdict/result.ts'
import { faultAxis, meshAxis, momentAxis, workloadAxis } from '../axes.ts'
import type { Bounds, DrillTimes, Trial } from './adviser.ts'

/** The fault of a drill, and the moment where that is not at rest: 'tool-kill during the backup'. */
export const nameFault = (drill: DrillResult): string =>
  drill.moment === null || drill.moment === 'at-rest'
    ? faultAxis.text(drill)
    : `${faultAxis.text(drill)} ${momentAxis.text(drill)}`

/** What the drills of a run say about objectives. Controls are no choice of anybody's. */
export function gatherTrials(drills: readonly DrillResult[]): Trial[] {
  const trials = new Map<string, Trial>()
  for (const drill of drills) {
    if (isControl(drill)) continue
    const names = {
      strategy: nameStrategy(drill),
      fault: nameFault(drill),
      moment: momentAxis.text(drill),
      mesh: meshAxis.text(drill),
      workload: workloadAxis.text(drill),
    }
    const key = JSON.stringify(names)
    const trial = trials.get(key) ?? { ...names, drills: [], uncounted: 0 }
    if (drill.verdict === 'skipped' || drill.verdict === 'inconclusive') trial.uncounted++
    else trial.drills.push(readTimes(drill))
    trials.set(key, trial)
  }
  return [...trials.values()]
}

function readTimes(drill: DrillResult): DrillTimes {
  const { rtoMs, evidence } = drill
  const lost = evidence.outcome === 'does not recover' || isDamaged(drill)
  const atLeast: Bounds | null = evidence.rtoAtLeastMs === null ? null : [Math.floor(evidence.rtoAtLeastMs), null]
  const rpo = measureRpo(drill)
  return {
    rtoMs: rtoMs === null ? atLeast : round(rtoMs),
    rpoMs: rpo !== null && typeof rpo === 'object' && 'high' in rpo ? round(rpo) : null,
    lost,
  }
}

/** Outwards, so that an objective on an edge is not met by rounding. */
const round = ({ low, high }: { low: number; high: number }): Bounds => [Math.floor(low), Math.ceil(high)]

/** Whether the data is wrong, whatever the objectives are. */
function isDamaged({ parts }: DrillResult): boolean {
  const questions: Question[] = ['integrity', 'backup-content', 'point-in-time', 'freshness', 'corruption']
  return parts.some(
    ({ question, verdict, code }) =>
      (verdict === 'fail' && questions.includes(question)) || code === 'rpo.phantoms' || code === 'backup.lost-data',
  )
}
