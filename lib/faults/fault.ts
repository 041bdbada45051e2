import type { Lab } from '../lab.ts'
import type { Backup, InstalledTool } from '../tools/tool.ts'

/** One way to hurt a service, or what it stands on. Each can be injected once. */
export interface Fault {
  readonly name: string
  /** What it does, for people. */
  readonly description: string
  /**
   * How long the damage is left to last before it is taken away, such as '15s'; `until healed` where the drill says when,
   * at its end at the latest. Without it, it is taken away as soon as it was seen.
   */
  readonly lasts?: string
  /** Unmet needs (a kernel feature, a provider that can cut a node off), for which its drills are skipped with that reason. */
  requires(lab: Lab): Promise<string[]>
  /** Injects the fault and resolves when it was seen to have taken effect; a fault that is not seen is an error. */
  inject(lab: Lab, target: FaultTarget): Promise<ObservedFault>
}

export const UNTIL_HEALED = 'until healed'

export interface FaultTarget {
  namespace: string
  pods: { labels: Record<string, string>; container: string }
  claim: string
  /** From which the sizes and places of a corruption are drawn. */
  seed: number
  tool: InstalledTool
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
  /**
   * Takes away what the injection left (objects, finalizers, rules, a stopped node) and resolves with what was seen to be
   * gone. Called always, once, whatever happened in between.
   */
  heal(): Promise<string>
}
