import type { ProcessId } from '../../system/process.ts'
import type { Undo } from '../../lab/undo.ts'

/** An undo that is still to be done, with who wrote it down and for what. */
export interface UndoEntry {
  id: string
  undo: Undo
  /** Name of the fault, or of what else was changed. */
  fault: string
  /** Namespace of the drill. */
  drill: string
  /** The process that makes the change, and undoes it if it lives. */
  writer: ProcessId & { host: string }
  /** Order of writing within a drill; ms since the epoch. */
  writtenMs: number
  order: number
  /** From this time on anyone may undo it, though the writer lives (ms since the epoch). */
  expiresMs: number
}

/** Where undos are kept: a folder of this machine, the cluster, or memory. */
export interface UndoStorage {
  /** Resolves when the entry outlives this process and a power cut of this machine. */
  add(entry: UndoEntry): Promise<void>
  /** Removes an entry; one that is not there is no error. */
  remove(id: string): Promise<void>
  /** Every entry. `damaged`: a sentence for each that cannot be read. */
  list(): Promise<{ entries: UndoEntry[]; damaged: string[] }>
}

/** For tests and simulations of the pipeline, and never for a cluster. */
export function memoryStorage(): UndoStorage {
  const entries = new Map<string, UndoEntry>()
  return {
    add(entry) {
      entries.set(entry.id, structuredClone(entry))
      return Promise.resolve()
    },
    remove(id) {
      entries.delete(id)
      return Promise.resolve()
    },
    list: () => Promise.resolve({ entries: [...entries.values()], damaged: [] }),
  }
}
