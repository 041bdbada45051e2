import type { FaultName } from './index.ts'
import type { Lab } from '../lab/lab.ts'
import type { MeshTraits } from '../lab/mesh-traits.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Backup, InstalledTool } from '../components/tool.ts'
import type { Undos } from '../lab/undo.ts'

/** A way to damage a service or something that it depends on. */
export interface Fault<Name extends string = FaultName> {
  /** A name from the list in index.ts. Stand-ins have other names. */
  readonly name: Name
  /** What it does, for people. */
  readonly description: string
  /**
   * How long the damage lasts before it is undone, such as '15s'. With `until healed` the drill decides, at the latest
   * at its end. Without a value, the damage is undone as soon as it was seen.
   */
  readonly lasts?: string
  /**
   * Missing requirements, such as a kernel feature or a provider that can cut a node off. If there are any, the drills
   * are skipped with this reason.
   */
  requires(lab: Lab): Promise<string[]>
  /** Prepares the change without making it. Throws if there is nothing to change. */
  plan(lab: Lab, target: FaultTarget): Promise<Change>
}

export const UNTIL_HEALED = 'until healed'

/**
 * The change that a fault makes. A drill records `undo`, then calls `make`, then `see`. Afterwards it runs the undos in
 * the given order, whatever happened in between, even if this process was killed.
 */
export interface Change {
  /** The undos of the change, in order. */
  readonly undo: Undos
  /** Makes the whole change and resolves when it was requested. `see` waits for the reaction of the cluster. */
  make(): Promise<void>
  /**
   * Resolves when the effect was seen. Changes nothing. `requestedMs`: time at which `make` was called (ms since the
   * epoch). Throws if no effect was seen.
   */
  see(requestedMs: number): Promise<ObservedFault>
}

export interface FaultTarget {
  namespace: string
  pods: { labels: Record<string, string>; container: string }
  /** Claims of its volumes. Faults strike the first. */
  claims: readonly string[]
  /** The workload's ways to damage its data, and whether it answers without its volume. */
  workload: Pick<Workload, 'name' | 'damage' | 'answersWithoutVolume'>
  /** Seed of all random choices, such as the places of a corruption. */
  seed: number
  tool: InstalledTool
  /** The mesh of the service. Faults may strike its proxies and its control plane. */
  mesh: MeshTraits
  /** The newest finished backup. Null if there is none yet. */
  backup: Backup | null
}

export interface ObservedFault {
  /** The effect began between these times (ms since the epoch, host clock). */
  between: [number, number]
  /** The observed effect, in words and numbers. */
  evidence: string
  /** Nodes of the affected pods, if they may be outside the drill. */
  nodes?: string[]
}
