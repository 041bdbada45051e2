import type { Fault } from '../faults/fault.ts'
import type { Whereabouts } from '../faults/support/inventory.ts'
import type { PerformUndo } from '../faults/undo/heal.ts'
import type { UndoJournal } from '../faults/undo/journal.ts'
import type { Lab } from '../lab/lab.ts'
import type { DeniedCall, InstalledMesh, Route } from '../components/mesh.ts'
import type { DrillFact, StepName, Write } from '../record/facts.ts'
import type { InstalledTool } from '../components/tool.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Clock } from '../system/wait.ts'
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
  /** Storage class of the service's volumes. Null for the cluster's default. */
  storageClass: string | null
  seed: number
  volumeBytes: number
  loadRps: number
  probeHz: number
  /** True if the fault must interrupt the service. The drill then waits until it was seen to come back. */
  outage: boolean
  /** Maximum time for the service to recover before the drill ends without it, such as '2m'. */
  patience: string
  /** Folder for the drill's files. */
  folder: string
  /** Default: the clock of the machine. */
  clock?: Clock
  /** Starts load, probes and the sampling of resources. */
  measure: StartMeasuring
  /**
   * Size of the tool's objects in the store for a namespace, in bytes. Null if its data is not in the store. If absent,
   * nothing is read.
   */
  stored?: (lab: Lab, tool: InstalledTool, namespace: string) => Promise<number | null>
  /** Searches the store for known texts of the service. If absent, nothing is searched. */
  expose?: (context: DrillContext) => Exposure
  /** Journal in which the undo of each change is recorded before the change is made. */
  journal: UndoJournal
  /** Runs an undo. Default: on a cluster. */
  performUndo?: PerformUndo
  /** Lists leftovers of faults in the lab, one sentence each. */
  inventory: (lab: Lab, where: Whereabouts) => Promise<string[]>
  record: (fact: DrillFactBody) => void
  /** Runs a step and shows it in the test runner. */
  step: <T>(name: StepName, what: string, body: () => Promise<T>) => Promise<T>
}

/** Searches what the backups of a drill put into the store: what can somebody read who can read the store? */
export interface Exposure {
  /** Puts a Secret with a known text into the namespace of the drill. */
  plant(): Promise<void>
  /** Notes which objects are in the store before the first backup. */
  begin(): Promise<void>
  /** Searches the objects that came since, and records what was found. */
  search(): Promise<void>
}

/** A fact without the id and the time, which the drill adds. */
export type DrillFactBody = DrillFact extends infer F ? (F extends DrillFact ? Omit<F, 'at' | 'drill'> : never) : never

/**
 * Starts load, probes and sampling. `seeded` is the number of records in the service. Resolves when the load has
 * started.
 */
export type StartMeasuring = (context: DrillContext, reach: Reach, seeded: number) => Promise<Measurements>

/** How clients reach the service, and the call that the mesh must deny. */
interface Reach {
  route: Route
  denied: DeniedCall | null
}

/** Load, probes and resource sampling, from before the backup until after the restore. */
export interface Measurements {
  /**
   * Resolves when all probes of the last `durationMs`, due since `sinceMs` (default: now), were answered rightly. False
   * if that took longer than `timeout`.
   */
  steady(durationMs: number, timeout: string, sinceMs?: number): Promise<boolean>
  /** Resolves when a probe due after `sinceMs` was answered wrongly. False if there was none within `timeout`. */
  outageSeen(sinceMs: number, timeout: string): Promise<boolean>
  /** The writes so far. */
  writes: () => Promise<Write[]>
  stopLoad(): Promise<void>
  /** Nodes that had pods of the drill. Throws if some pods may not have been seen. */
  nodes: () => string[]
  /** Stops everything that still runs. Can be called again. */
  stop(): Promise<void>
}

/** Runs a step, and records its start and its end. */
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
