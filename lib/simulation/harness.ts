import type { DrillFact } from '../record/facts.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Standstill } from './clock.ts'
import type { MeasuringTrouble } from './measure.ts'

/** What can go wrong with the harness itself: then a drill proves nothing, whatever became of the service. */
export interface HarnessTrouble extends MeasuringTrouble {
  /** The clock of the machine that runs the drills is set, by so much, a while after the drill began. */
  clockJump: { afterMs: number; byMs: number } | null
  /** The machine stands still, with all that runs on it; `fromMs` counts from the begin of the drill. */
  standstills: readonly Standstill[]
  /** Facts that are never written. */
  missing: ((fact: DrillFact) => boolean) | null
  /** A checker of records in place of the workload's own. */
  checker: ((workload: Workload) => Workload) | null
  inventory: () => Promise<string[]>
}

export const noTrouble: HarnessTrouble = {
  prober: { stall: null, crashAfterMs: null },
  load: null,
  blind: false,
  clockJump: null,
  standstills: [],
  missing: null,
  checker: null,
  inventory: () => Promise.resolve([]),
}

/** A checker that crashes each time it is asked. */
export const crashingChecker = (workload: Workload): Workload => ({
  ...workload,
  async deploy(lab, namespace, options) {
    const deployed = await workload.deploy(lab, namespace, options)
    return { ...deployed, verify: () => Promise.reject(new Error('the checker crashed (signal SIGSEGV)')) }
  },
})

/** Null for a fact that gets lost. */
export const troubleMaker =
  ({ missing }: HarnessTrouble) =>
  (fact: DrillFact): DrillFact | null =>
    missing?.(fact) === true ? null : fact
