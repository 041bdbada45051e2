import type { FaultName } from './index.ts'
import type { Lab } from '../lab/lab.ts'
import type { MeshTraits } from '../lab/mesh-traits.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Backup, InstalledTool } from '../components/tool.ts'
import type { Undos } from '../lab/undo.ts'

/** One way to damage a service, or what it depends on. */
export interface Fault<Name extends string = FaultName> {
  /** A name of the list in index.ts. Stand-ins have other names. */
  readonly name: Name
  /** What it does, for people. */
  readonly description: string
  /**
   * How long the damage is left to last before it is undone, such as '15s'; `until healed` where the drill says when, at its
   * end at the latest. Without it, it is undone as soon as it was seen.
   */
  readonly lasts?: string
  /** Unmet needs (a kernel feature, a provider that can cut a node off), for which its drills are skipped with that reason. */
  requires(lab: Lab): Promise<string[]>
  /** Looks at what it would change and returns the change. Changes nothing itself. Errors: there is nothing to change. */
  plan(lab: Lab, target: FaultTarget): Promise<Change>
}

export const UNTIL_HEALED = 'until healed'

/**
 * What a fault changes, in the order in which a drill does it: `undo` is written down, then `make` is called, then `see`. Then
 * the undos are done in the order given, whatever happened meanwhile, even if this process was killed.
 */
export interface Change {
  /** How the change is undone. */
  readonly undo: Undos
  /** Makes the change, all of it, and resolves when it was asked for. What the cluster does then is waited for by `see`. */
  make(): Promise<void>
  /**
   * Resolves when the effect was seen, and changes nothing. `requestedMs`: when `make` was called (ms since the epoch). Errors: no effect was seen.
   */
  see(requestedMs: number): Promise<ObservedFault>
}

export interface FaultTarget {
  namespace: string
  pods: { labels: Record<string, string>; container: string }
  /** Of its volumes. Faults strike the first. */
  claims: readonly string[]
  /** How its data is damaged. */
  workload: Pick<Workload, 'name' | 'damage'>
  /** Seed of all random choices, such as the places of a corruption. */
  seed: number
  tool: InstalledTool
  /** The mesh of the service: its proxies and its control plane are aims too. */
  mesh: MeshTraits
  /** The newest backup that ended; null where there is none yet. */
  backup: Backup | null
}

export interface ObservedFault {
  /** The effect began between these times (ms since the epoch, host clock). */
  between: [number, number]
  /** What was seen, in words and numbers. */
  evidence: string
  /** The nodes of the pods that it reached, where those may be others than the drill's. */
  nodes?: string[]
}
