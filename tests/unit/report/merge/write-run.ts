import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact } from '../../../../lib/record/facts.ts'
import { newFolder } from '../../in-folder.ts'

/** Writes the facts of a run into a folder, by default a new one, and returns the folder. */
export function writeRun(facts: Fact[], folder = newFolder()): string {
  writeFileSync(join(folder, 'events.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''))
  return folder
}
