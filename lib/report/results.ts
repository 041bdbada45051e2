import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { codeOf, describeFileError } from '../file-error.ts'
import { readFacts } from '../record/read.ts'
import { groupByDrill, summarise, type Summary } from '../verdict/summarise.ts'
import { renderCsv } from './csv.ts'
import { renderPage } from './page.ts'
import { replaceTogether } from './replace-together.ts'
import { drawTimeline } from './timeline.ts'

export { pointLatestAt } from './latest.ts'

const readSchema = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as object
const ajv = new Ajv({ allowUnionTypes: true }).addSchema(readSchema('./ranking/ranking.schema.json'))
const isSummary = ajv.compile(readSchema('./summary.schema.json'))

/**
 * Judges the facts of a run and writes `summary.json`, `summary.csv` and `report.html` beside them.
 * Fails on facts that cannot be read, and on a summary that its schema refuses; then nothing is written.
 */
export function writeResults(runFolder: string): Summary {
  const events = readFacts(join(runFolder, 'events.jsonl'))
  const summary = summarise(events)
  checkSummary(summary)
  const drills = groupByDrill(events.facts)
  const measured = summary.drills.filter(({ verdict }) => verdict !== 'skipped')
  const draw = (id: string, index: number) => drawTimeline(drills.get(id) ?? [], `picture-${index}`)
  const pictures = new Map(measured.map(({ id }, index) => [id, draw(id, index)]))
  const page = renderPage(summary, pictures, events.torn)
  try {
    replaceTogether(runFolder, ({ create }) => {
      create('report.html').write(page)
      create('summary.csv').write(renderCsv(summary.drills))
      create('summary.json').write(`${JSON.stringify(summary, null, 2)}\n`)
    })
  } catch (error) {
    throw codeOf(error) === null ? error : notWritten(runFolder, error)
  }
  return summary
}

/** Fails where a summary is not what its schema promises. */
export function checkSummary(summary: unknown): void {
  if (isSummary(summary)) return
  throw new Error(
    `the summary does not keep to its schema: ${ajv.errorsText(isSummary.errors, { dataVar: 'summary' })}`,
  )
}

const notWritten = (runFolder: string, cause: unknown): Error =>
  new Error(
    `the results of the run in "${runFolder}" could not be written: ${describeFileError(cause)}. ` +
      'Its facts and the results of before are unchanged. Next: mend that, and judge the run again with npx meshdrill judge',
    { cause },
  )
