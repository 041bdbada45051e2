import type { Fault } from '../faults/fault.ts'
import type { Whereabouts } from '../faults/support/inventory.ts'
import type { PerformUndo } from '../faults/undo/heal.ts'
import type { UndoJournal } from '../faults/undo/journal.ts'
import type { Lab } from '../lab/lab.ts'
import type { InstalledMesh } from '../components/mesh.ts'
import type { DrillFact, StepName, Write } from '../record/facts.ts'
import type { InstalledTool } from '../components/tool.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Clock } from '../system/wait.ts'
import type { Route } from '../components/mesh.ts'
import { messageOf } from '../system/file-error.ts'
import { redactError } from '../output/redaction.ts'

/** What a drill needs to run. */
export interface DrillContext {
  lab: Lab
  mesh: InstalledMesh
  tool: InstalledTool
  workload: Workload
  fault: Fault<string>
  /** The namespace of the drill's service. */
  namespace: string
  /** The class of the service's volumes; null for the cluster's default. */
  storageClass: string | null
  seed: number
  volumeBytes: number
  loadRps: number
  probeHz: number
  /** Whether the fault must take the service away: the drill then waits until it was seen to come back. */
  outage: boolean
  /** How long the service may take to be well again before the drill ends without it, such as '2m'. */
  patience: string
  /** Folder for the drill's files. */
  folder: string
  /** The machine's clock where it is not given. */
  clock?: Clock
  /** Starts load, probes and the sampling of resources. */
  measure: StartMeasuring
  /** Bytes that the tool has in the store for a namespace; null where its data is not in the store. Nothing is read where it is not given. */
  stored?: (lab: Lab, tool: InstalledTool, namespace: string) => Promise<number | null>
  /** Where the undo of each change is written down before it is made. */
  journal: UndoJournal
  /** Does an undo; by default as a cluster needs it. */
  performUndo?: PerformUndo
  /** What is still there of any fault in the lab, a sentence each. */
  inventory: (lab: Lab, where: Whereabouts) => Promise<string[]>
  record: (fact: DrillFactBody) => void
  /** Runs a step: the test runner shows it. */
  step: <T>(name: StepName, what: string, body: () => Promise<T>) => Promise<T>
}

/** A fact without what the drill itself adds: its id and the time. */
export type DrillFactBody = DrillFact extends infer F ? (F extends DrillFact ? Omit<F, 'at' | 'drill'> : never) : never

/** Starts what runs beside a drill; `seeded` is how many records the service holds. Resolves when the load has begun. */
export type StartMeasuring = (context: DrillContext, route: Route, seeded: number) => Promise<Measurements>

/** What runs beside a drill from before the backup until after the restore: load, probes, resources. */
export interface Measurements {
  /**
   * Resolves when the last `durationMs` of probes, due since `sinceMs` (by default now), were all answered rightly; false
   * where that took longer than `timeout`.
   */
  steady(durationMs: number, timeout: string, sinceMs?: number): Promise<boolean>
  /** Resolves when a probe due after `sinceMs` was answered wrongly; false where none was within `timeout`. */
  outageSeen(sinceMs: number, timeout: string): Promise<boolean>
  /** The writes so far. */
  writes: () => Promise<Write[]>
  stopLoad(): Promise<void>
  /** The nodes that pods of the drill are or were on. Fails where some may not have been seen. */
  nodes: () => string[]
  /** Stops everything that still runs; can be called again. */
  stop(): Promise<void>
}

/** Runs a step between the facts of its start and its end. */
export async function recordStep<T>(
  record: (body: DrillFactBody) => void,
  name: StepName,
  what: string,
  body: () => Promise<T>,
): Promise<T> {
  record({ kind: 'step.started', step: name, what })
  try {
    const value = await body()
    record({ kind: 'step.ended', step: name, what, error: null })
    return value
  } catch (error) {
    const redacted = redactError(error)
    record({ kind: 'step.ended', step: name, what, error: messageOf(redacted) })
    throw redacted
  }
}
