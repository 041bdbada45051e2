import { hostname } from 'node:os'
import { join } from 'node:path'
import { takeLock } from '../../system/lock.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { isRunning, thisProcess } from '../../system/process.ts'
import { takeInventory, type Whereabouts } from '../support/inventory.ts'
import { healAll, type Healed, type PerformUndo } from './heal.ts'
import { journalOf } from './journal.ts'
import type { UndoEntry } from './storage.ts'

/** Time that a live process has to undo its own faults, such as a worker of a run that was ended. */
const LIVING_TIMEOUT = '120s'

/**
 * Undoes the faults of ended processes, including nodes and store, and waits for live processes that undo their own.
 * Returns the names of the faults. Throws if an undo failed; it stays in the journal.
 */
export async function replayUndos(lab: Lab, perform?: PerformUndo): Promise<string[]> {
  const journal = journalOf(lab)
  const before = await journal.list()
  if (before.entries.length + before.damaged.length === 0) return []
  const { errors, damaged } = await waitFor(
    'faults of other processes undone',
    async () => {
      const healed = await healOrphans(lab, perform)
      const failed = healed.flatMap((one) => ('error' in one ? [one.error] : []))
      const { entries, damaged } = await journal.list()
      const isLeft = await Promise.all(entries.map(isOrphan))
      const living = entries.filter((_, index) => isLeft[index] !== true)
      if (living.length === 0 || failed.length > 0) return { errors: failed, damaged }
      return pending(living.map(({ fault, writer }) => `"${fault}" of process ${writer.pid}, which runs`).join(', '))
    },
    { timeout: LIVING_TIMEOUT },
  )
  const left = [...errors, ...damaged]
  if (left.length > 0) throw new Leftovers(left)
  return [...new Set(before.entries.map(({ fault }) => fault))]
}

/**
 * Undoes orphaned entries: those of ended processes, of this process, expired ones, and those of other machines,
 * because only one run at a time uses a cluster. Only one process at a time does this.
 */
export async function healOrphans(lab: Lab, perform?: PerformUndo): Promise<Healed[]> {
  const journal = journalOf(lab)
  const findOrphans = async (): Promise<UndoEntry[]> => {
    const { entries } = await journal.list()
    const orphaned = await Promise.all(entries.map(isOrphan))
    return entries.filter((_, index) => orphaned[index])
  }
  if ((await findOrphans()).length === 0) return []
  const release = await lockOf(lab)
  try {
    return await healAll(lab, journal, await findOrphans(), perform)
  } finally {
    await release()
  }
}

export async function isOrphan({ writer, expiresMs }: UndoEntry): Promise<boolean> {
  const { pid, born } = thisProcess()
  if (writer.host !== hostname() || expiresMs <= Date.now()) return true
  return (writer.pid === pid && writer.born === born) || !(await isRunning(writer))
}

/** The kernel releases the lock when its holder ends for any reason. */
async function lockOf({ cluster, log }: Lab): Promise<() => Promise<void>> {
  if (cluster.folder === null) return () => Promise.resolve()
  const onWait = (pid: string): void => {
    log(`process ${pid} undoes faults: waiting for it`)
  }
  return takeLock(join(cluster.folder, 'undo.lock'), { onWait, signal: new AbortController().signal })
}

/**
 * Runs the pending undos, then checks for leftovers. Throws if any are left, because they would distort the next drill.
 */
export async function clearLeftovers(
  lab: Lab,
  where: Whereabouts,
  { perform, inventory = takeInventory }: { perform?: PerformUndo; inventory?: typeof takeInventory } = {},
): Promise<void> {
  const undone = await replayUndos(lab, perform)
  if (undone.length > 0) lab.log(`undid the faults that an earlier drill left: ${undone.join(', ')}`)
  const left = await inventory(lab, where)
  if (left.length > 0) throw new Leftovers(left)
}

/** Leftovers of an earlier drill that could not be removed. */
export class Leftovers extends Error {
  constructor(readonly left: readonly string[]) {
    super(`the lab is not as it was before its last drill: ${left.join('; ')}. Next: npm run lab:down`)
  }
}
