import { UNTIL_HEALED, type Fault } from '../faults/fault.ts'
import { healAll, type Healed } from '../faults/undo/heal.ts'
import type { UndoEntry } from '../faults/undo/storage.ts'
import type { Undos } from '../lab/undo.ts'
import { messageOf } from '../system/file-error.ts'
import { runAll, throwAll } from '../system/run-all.ts'
import type { Backup } from '../components/tool.ts'
import { parseDuration } from '../system/quantity.ts'
import type { DeployedWorkload } from '../workloads/workload.ts'
import { hostClock } from '../system/wait.ts'
import type { DrillContext } from './context.ts'
import { podGroups } from './measure.ts'

/** The changes of a drill, from before each change until its leftovers are gone. */
export interface Damage {
  /** The newest finished backup, which an attacker finds. */
  backup: Backup | null
  /** Earliest time at which the first fault took effect. Null until one was seen. */
  readonly sinceMs: number | null
  /** Records the undo of a fault, makes its change, and undoes it, unless it lasts longer. */
  strike: (fault: Fault<string>) => Promise<void>
  /** Records a change that is undone at the end of the drill, before it is made. */
  undoAtEnd: (what: string, undos: Undos) => Promise<void>
  /** Undoes every active fault. Does nothing if there is none. Throws for failed undos. */
  heal: () => Promise<void>
  /**
   * Undoes all active faults, then checks for leftovers and records the result. No fault can strike afterwards. A
   * failed undo counts as a leftover and stays in the journal.
   */
  clear: () => Promise<void>
}

/** A recorded fault that is not undone yet. */
interface ActiveFault {
  name: string
  entries: UndoEntry[]
  /** Settles when the change was made. */
  making: Promise<unknown>
  atEnd: boolean
}

/**
 * Records the request, the effect and the end of each fault. Leftovers are searched on the nodes of the drill, and on
 * other nodes that a fault reports.
 */
export function damage(context: DrillContext, service: DeployedWorkload, nodesOfDrill: () => string[]): Damage {
  const { lab, tool, workload, mesh, namespace, record, seed, journal, performUndo, clock = hostClock } = context
  const active = new Set<ActiveFault>()
  const reached = new Set<string>()
  let ended = false
  let checked = false

  const writeDown = async (name: string, undos: Undos, atEnd: boolean): Promise<ActiveFault> => {
    if (ended) throw new Error(`the drill has ended: "${name}" cannot start any more`)
    const entries = await journal.write({ fault: name, drill: namespace }, undos)
    const struck = { name, entries, making: Promise.resolve(), atEnd }
    active.add(struck)
    return struck
  }

  /** Undoes faults in parallel. A fault with a failed undo stays active. */
  const undo = async (chosen: ActiveFault[]): Promise<{ left: string[]; errors: unknown[] }> => {
    // A change in progress is undone after it was made. An earlier undo would have no effect.
    await Promise.allSettled(chosen.map(({ making }) => making))
    const entries = chosen.flatMap((struck) => struck.entries)
    const healed = await healAll(lab, journal, entries, performUndo)
    const errors: unknown[] = []
    const left: string[] = []
    for (const struck of chosen) {
      const own = healed.filter(({ entry }) => struck.entries.includes(entry))
      const failed = own.filter((one) => 'error' in one)
      left.push(...failed.map(({ error }) => error))
      struck.entries = failed.map(({ entry }) => entry)
      if (failed.length > 0) continue
      // Another process may have undone it at the same moment.
      if (!active.delete(struck) || struck.atEnd) continue
      await runAll([
        () => {
          record({ kind: 'fault.healed', fault: struck.name, evidence: inWords(own) })
        },
      ]).catch((error: unknown) => errors.push(error))
    }
    return { left, errors }
  }

  const undoOrThrow = async (chosen: ActiveFault[]): Promise<void> => {
    const { left, errors } = await undo(chosen)
    throwAll([...left.map((reason) => new Error(reason)), ...errors])
  }

  const self: Damage & { sinceMs: number | null } = {
    backup: null,
    sinceMs: null,
    async strike(fault) {
      const { pods, claims } = service
      record({ kind: 'fault.requested', fault: fault.name, target: namespace })
      const change = await fault.plan(lab, { namespace, pods, claims, workload, seed, tool, mesh, backup: self.backup })
      const struck = await writeDown(fault.name, change.undo, false)
      try {
        if (ended) throw new Error(`the drill has ended: fault "${fault.name}" cannot strike any more`)
        const requestedMs = clock.now()
        struck.making = change.make()
        await struck.making
        const observed = await change.see(requestedMs)
        for (const node of observed.nodes ?? []) reached.add(node)
        self.sinceMs ??= observed.between[0]
        record({ kind: 'fault.observed', fault: fault.name, between: observed.between, evidence: observed.evidence })
      } catch (error) {
        const { left } = await undo([struck])
        throwAll([error, ...left.map((reason) => new Error(reason))])
      }
      if (fault.lasts === UNTIL_HEALED) return
      if (fault.lasts !== undefined) await clock.sleep(parseDuration(fault.lasts))
      await self.heal()
    },
    async undoAtEnd(what, undos) {
      await writeDown(what, undos, true)
    },
    heal: () => undoOrThrow([...active].filter(({ atEnd }) => !atEnd)),
    async clear() {
      ended = true
      const { left, errors } = await undo([...active])
      await runAll([
        async () => {
          if (checked) return
          const stock = await takeStock(context, () => [...nodesOfDrill(), ...reached])
          record({ kind: 'inventory.checked', error: stock.error, left: [...left, ...stock.left] })
          checked = true
        },
        () => {
          throwAll(errors)
        },
      ])
    },
  }
  return self
}

const inWords = (healed: Healed[]): string =>
  healed.flatMap((one) => ('evidence' in one ? [one.evidence] : [])).join(', and ')

/** A failed check for leftovers is not an error of the drill: the verdict judges it. */
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
