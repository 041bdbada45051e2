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

/** What a drill changes, from before it is changed until nothing of it is left. */
export interface Damage {
  /** The newest backup that ended: what an attacker finds. */
  backup: Backup | null
  /** When the first fault took effect, at the earliest; null until one was seen. */
  readonly sinceMs: number | null
  /** Writes down how a fault is undone, makes its change, and undoes it again unless it is to last. */
  strike: (fault: Fault<string>) => Promise<void>
  /** Writes down what is undone when the drill ends, before it is changed. */
  undoAtEnd: (what: string, undos: Undos) => Promise<void>
  /** Undoes every fault that is still there; does nothing where there is none. Errors: what could not be undone. */
  heal: () => Promise<void>
  /**
   * Ends the damage: undoes what is left, looks whether anything is still there, and records it. No fault strikes any more.
   * What could not be undone is part of what is left, and stays in the journal.
   */
  clear: () => Promise<void>
}

/** A fault that was written down, until it is undone. */
interface Wound {
  name: string
  entries: UndoEntry[]
  /** Settles when the change was made. */
  making: Promise<unknown>
  atEnd: boolean
}

/**
 * The facts of each fault's request, of its effect and of its end are recorded as they come. What is left of them is looked for
 * on the nodes of the drill, and on those that a fault says it reached beyond.
 */
export function damage(context: DrillContext, service: DeployedWorkload, nodesOfDrill: () => string[]): Damage {
  const { lab, tool, workload, mesh, namespace, record, seed, journal, performUndo, clock = hostClock } = context
  const wounds = new Set<Wound>()
  const reached = new Set<string>()
  let ended = false
  let checked = false

  const writeDown = async (name: string, undos: Undos, atEnd: boolean): Promise<Wound> => {
    if (ended) throw new Error(`the drill has ended: "${name}" is not begun any more`)
    const entries = await journal.write({ fault: name, drill: namespace }, undos)
    const wound = { name, entries, making: Promise.resolve(), atEnd }
    wounds.add(wound)
    return wound
  }

  /** Undoes wounds beside each other; what could not be undone stays one. */
  const undo = async (chosen: Wound[]): Promise<{ left: string[]; errors: unknown[] }> => {
    // A change that is being made is undone after it, else it would come after its undo.
    await Promise.allSettled(chosen.map(({ making }) => making))
    const entries = chosen.flatMap((wound) => wound.entries)
    const healed = await healAll(lab, journal, entries, performUndo)
    const errors: unknown[] = []
    const left: string[] = []
    for (const wound of chosen) {
      const own = healed.filter(({ entry }) => wound.entries.includes(entry))
      const failed = own.filter((one) => 'error' in one)
      left.push(...failed.map(({ error }) => error))
      wound.entries = failed.map(({ entry }) => entry)
      if (failed.length > 0) continue
      // It may have been undone by somebody else who came at the same moment.
      if (!wounds.delete(wound) || wound.atEnd) continue
      await runAll([
        () => {
          record({ kind: 'fault.healed', fault: wound.name, evidence: inWords(own) })
        },
      ]).catch((error: unknown) => errors.push(error))
    }
    return { left, errors }
  }

  const undoOrThrow = async (chosen: Wound[]): Promise<void> => {
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
      const wound = await writeDown(fault.name, change.undo, false)
      try {
        if (ended) throw new Error(`the drill has ended: fault "${fault.name}" does not strike any more`)
        const requestedMs = clock.now()
        wound.making = change.make()
        await wound.making
        const observed = await change.see(requestedMs)
        for (const node of observed.nodes ?? []) reached.add(node)
        self.sinceMs ??= observed.between[0]
        record({ kind: 'fault.observed', fault: fault.name, between: observed.between, evidence: observed.evidence })
      } catch (error) {
        const { left } = await undo([wound])
        throwAll([error, ...left.map((reason) => new Error(reason))])
      }
      if (fault.lasts === UNTIL_HEALED) return
      if (fault.lasts !== undefined) await clock.sleep(parseDuration(fault.lasts))
      await self.heal()
    },
    async undoAtEnd(what, undos) {
      await writeDown(what, undos, true)
    },
    heal: () => undoOrThrow([...wounds].filter(({ atEnd }) => !atEnd)),
    async clear() {
      ended = true
      const { left, errors } = await undo([...wounds])
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
