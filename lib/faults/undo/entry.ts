import type { UndoEntry } from './storage.ts'
import { isUndoKind } from './perform.ts'

/** Parses an entry. Throws if it is not an undo, or if this version does not know its kind. */
export function parseEntry(text: string): UndoEntry {
  const value = JSON.parse(text) as Partial<UndoEntry> | null
  const { id, undo, fault, drill, writer, writtenMs, order, expiresMs } = value ?? {}
  const texts = [id, fault, drill, writer?.born, writer?.host, undo?.kind]
  const numbers = [writer?.pid, writtenMs, order, expiresMs]
  if (!texts.every((one) => typeof one === 'string') || !numbers.every(Number.isFinite))
    throw new Error('it is not an undo')
  const kind = undo?.kind ?? ''
  if (!isUndoKind(kind)) throw new Error(`this version does not know the undo "${kind}"`)
  return value as UndoEntry
}
