import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../system/file-error.ts'
import { summary as summarySchema } from '../verdict/schema/summary.ts'
import type { Summary } from '../verdict/summarise.ts'

/* Records in docs/: JSON files with what real runs showed, from which tables of the docs are made. */

/** Summary of the run in a folder. Errors: the folder has none, or one of another schema. */
export function readSummary(folder: string): Summary {
  const file = join(folder, 'summary.json')
  try {
    return summarySchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`"${file}" is no summary of a run: ${messageOf(error)}. Next: npx meshdrill judge <run>`, {
      cause: error,
    })
  }
}

/** Parses a record. `problem` says what it is not, for the error if it has another shape. */
export function parseRecord<Entry>(json: string, entry: z.ZodType<Entry>, problem: string): Entry[] {
  const { data, error } = z.array(entry).safeParse(JSON.parse(json))
  if (error !== undefined) throw new Error(`${problem}: ${z.prettifyError(error)}`)
  return data
}

/** Writes a record in the format of the project. */
export async function writeRecord(file: string, entries: readonly object[]): Promise<void> {
  // Only this needs it, and it takes long to load.
  const { format, resolveConfig } = await import('prettier')
  writeFileSync(file, await format(JSON.stringify(entries), { ...(await resolveConfig(file)), filepath: file }))
}

/** Day of a time in milliseconds since the epoch, in UTC: 2026-11-29. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
