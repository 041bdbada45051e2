import { readFileSync } from 'node:fs'
import { CLUSTERS } from '../config/option.ts'
import { tools } from '../components/tools.ts'
import { readSummary, writeRecord } from '../report/docs-record.ts'
import { addRan, parseRan, ranOf, type Ran } from '../report/ran.ts'

/**
 * Adds what a run drilled for real to the record, and returns what it added. The run is only read. Errors: it was simulated, or it
 * drilled no tool that can be chosen.
 */
export async function recordRan(folder: string, file: string): Promise<Ran[]> {
  const summary = readSummary(folder)
  const { id, provider } = summary.run
  if (!(CLUSTERS as readonly string[]).includes(provider))
    throw new Error(
      `run "${id}" was on "${provider}", which is no cluster. Next: choose a run on ${CLUSTERS.join(', ')}`,
    )
  // Tools that are broken on purpose are not those that a user chooses.
  const names: readonly string[] = tools.map(({ name }) => name)
  const added = ranOf(summary).filter(({ tool }) => names.includes(tool))
  if (added.length === 0) throw new Error(`run "${id}" drilled nothing: every drill was skipped, or was a control`)
  const recorded = addRan(parseRan(readFileSync(file, 'utf8')), added)
  await writeRecord(file, recorded)
  return added
}
