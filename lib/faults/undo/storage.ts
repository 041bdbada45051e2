import type { ProcessId } from '../../system/process.ts'
import type { Undo } from '../../lab/undo.ts'

/** A pending undo, with its writer and its reason. */
export interface UndoEntry {
  id: string
  undo: Undo
  /** Name of the fault or of another change. */
  fault: string
  /** Namespace of the drill. */
  drill: string
  /** The process that makes the change. It also undoes it, while it is alive. */
  writer: ProcessId & { host: string }
  /** Order of writing within a drill, in ms since the epoch. */
  writtenMs: number
  order: number
  /** From this time on any process may undo it, even if the writer is alive (ms since the epoch). */
  expiresMs: number
}

/** Storage of undos: a folder of this machine, the cluster, or memory. */
export interface UndoStorage {
  /** Resolves when the entry survives the end of this process and a power cut of this machine. */
  add(entry: UndoEntry): Promise<void>
  /** Removes an entry. A missing entry is not an error. */
  remove(id: string): Promise<void>
  /** All entries. `damaged`: a sentence for each unreadable entry. */
  list(): Promise<{ entries: UndoEntry[]; damaged: string[] }>
}

/** For tests and simulations only, never for a cluster. */
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
