import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import type { UndoJournal } from './journal.ts'
import { performUndo, timeoutOf } from './perform.ts'
import type { UndoEntry } from './storage.ts'
import type { Undo } from '../../lab/undo.ts'

export type PerformUndo = (lab: Lab, undo: Undo) => Promise<string>

/** Result of one undo: the evidence, or the error. With an error it stays in the journal. */
export type Healed = { entry: UndoEntry; evidence: string } | { entry: UndoEntry; error: string }

const ATTEMPTS = 3

/**
 * Runs every undo, even if others fail. Nodes and store come first, because the others need them. Then come the undos
 * of each fault in their order, different faults in parallel. Finished undos are removed from the journal, and failed
 * ones stay.
 */
export async function healAll(
  lab: Lab,
  journal: UndoJournal,
  entries: readonly UndoEntry[],
  perform: PerformUndo = performUndo,
): Promise<Healed[]> {
  const heal = (entry: UndoEntry) => healOne(lab, journal, entry, perform)
  const power = entries.filter(isPower)
  const healed = await Promise.all(power.map(heal))
  const groups = groupByFault(entries.filter((entry) => !isPower(entry)))
  const others = await Promise.all(
    groups.map(async (group) => {
      const done: Healed[] = []
      for (const entry of group) done.push(await heal(entry))
      return done
    }),
  )
  const all = [...healed, ...others.flat()]
  return entries.flatMap((entry) => all.filter((one) => one.entry === entry))
}

const isPower = ({ undo }: UndoEntry): boolean => undo.kind === 'start-node' || undo.kind === 'start-store'

/** The undos of one change belong together. */
function groupByFault(entries: readonly UndoEntry[]): UndoEntry[][] {
  const groups = new Map<string, UndoEntry[]>()
  for (const entry of entries) {
    const key = `${entry.drill} ${entry.fault} ${entry.writtenMs}`
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  return [...groups.values()]
}

async function healOne(lab: Lab, journal: UndoJournal, entry: UndoEntry, perform: PerformUndo): Promise<Healed> {
  const { fault, drill, undo } = entry
  let attempts = 0
  const attempt = async () => {
    attempts++
    try {
      const evidence = await within(timeoutOf(undo), perform(lab, undo))
      await journal.remove(entry)
      return evidence
    } catch (error) {
      // A late undo may still be running: a second one at the same time would not help.
      if (error instanceof UndoTimeout || attempts === ATTEMPTS) throw error
      return pending(messageOf(error))
    }
  }
  try {
    const what = `undo "${undo.kind}" of fault "${fault}"`
    return {
      entry,
      evidence: await waitFor(what, attempt, { timeout: `${ATTEMPTS * timeoutOf(undo)}ms`, every: '1s' }),
    }
  } catch (error) {
    return { entry, error: `fault "${fault}" of drill "${drill}" is not undone (${undo.kind}): ${messageOf(error)}` }
  }
}

class UndoTimeout extends Error {}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new UndoTimeout(`not after ${timeoutMs / 1000} s`))
    }, timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
