import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { CLUSTERS } from '../config/option.ts'
import { tools } from '../components/tools.ts'
import { messageOf } from '../system/file-error.ts'
import { addRan, parseRan, ranOf, type Ran } from '../report/ran.ts'
import { summary as summarySchema } from '../verdict/schema/summary.ts'
import type { Summary } from '../verdict/summarise.ts'

/**
 * Adds what a run drilled for real to the record, and returns what it added. The run is only read. Errors: it was simulated, or it
 * drilled no tool that can be chosen.
 */
export async function recordRan(folder: string, file: string): Promise<Ran[]> {
  const summary = readSummary(join(folder, 'summary.json'))
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
  writeFileSync(file, await format(JSON.stringify(recorded), { ...(await resolveConfig(file)), filepath: file }))
  return added
}

function readSummary(file: string): Summary {
  try {
    return summarySchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`"${file}" is no summary of a run: ${messageOf(error)}. Next: npx meshdrill judge <run>`, {
      cause: error,
    })
  }
}
