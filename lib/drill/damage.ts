import { UNTIL_HEALED, type Fault, type ObservedFault } from '../faults/fault.ts'
import { messageOf } from '../message-of.ts'
import type { Backup } from '../tools/tool.ts'
import { parseDuration } from '../verdict/objectives.ts'
import type { DeployedWorkload } from '../workloads/workload.ts'
import { hostClock } from './clock.ts'
import type { DrillContext } from './context.ts'
import { podGroups } from './measure.ts'

/** The faults of a drill, from their injection until nothing of them is left. */
export interface Damage {
  /** The newest backup that ended: what an attacker finds. */
  backup: Backup | null
  /** When the first fault took effect, at the earliest; null until one was seen. */
  readonly sinceMs: number | null
  /** Injects a fault, and takes it away again unless it is to last. */
  strike: (fault: Fault) => Promise<void>
  /** Takes away every fault that is still there; does nothing where there is none. */
  heal: () => Promise<void>
  /** Heals what was not healed yet, and looks whether anything is left; once. */
  clear: () => Promise<void>
}

/**
 * The facts of each fault's request, of its effect and of its end are recorded as they come. What is left of them is looked for
 * on the nodes of the drill, and on those that a fault says it reached beyond.
 */
export function damage(context: DrillContext, service: DeployedWorkload, nodesOfDrill: () => string[]): Damage {
  const { lab, tool, namespace, record, seed, clock = hostClock } = context
  const unhealed = new Map<Fault, ObservedFault>()
  const reached = new Set<string>()
  let cleared = false
  const self: Damage & { sinceMs: number | null } = {
    backup: null,
    sinceMs: null,
    async strike(fault) {
      const { pods, claim } = service
      record({ kind: 'fault.requested', fault: fault.name, target: namespace })
      const observed = await fault.inject(lab, { namespace, pods, claim, seed, tool, backup: self.backup })
      unhealed.set(fault, observed)
      for (const node of observed.nodes ?? []) reached.add(node)
      self.sinceMs ??= observed.between[0]
      record({ kind: 'fault.observed', fault: fault.name, between: observed.between, evidence: observed.evidence })
      if (fault.lasts === UNTIL_HEALED) return
      if (fault.lasts !== undefined) await clock.sleep(parseDuration(fault.lasts))
      await self.heal()
    },
    async heal() {
      for (const [fault, observed] of [...unhealed]) {
        unhealed.delete(fault)
        const evidence = await observed.heal()
        record({ kind: 'fault.healed', fault: fault.name, evidence })
      }
    },
    async clear() {
      if (cleared) return
      cleared = true
      await self.heal()
      record({ kind: 'inventory.checked', ...(await takeStock(context, () => [...nodesOfDrill(), ...reached])) })
    },
  }
  return self
}

/** An inventory that cannot be taken is no error of the drill: the verdict says what it means. */
async function takeStock(
  context: DrillContext,
  nodes: () => string[],
): Promise<{ left: string[]; error: string | null }> {
  try {
    const where = { namespaces: namespacesOf(context), nodes: [...new Set(nodes())] }
    return { left: await context.inventory(context.lab, where), error: null }
  } catch (error) {
    return { left: [], error: messageOf(error) }
  }
}

const namespacesOf = (context: DrillContext): string[] => [
  ...new Set(podGroups(context).map(({ namespace }) => namespace)),
]
