import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { readFacts } from '../record/read.ts'
import { groupByDrill, summarise, type Summary } from '../verdict/summarise.ts'
import { renderCsv } from './csv.ts'
import { renderPage } from './page.ts'
import { drawTimeline } from './timeline.ts'

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
  replaceFile(join(runFolder, 'report.html'), renderPage(summary, pictures, events.torn))
  replaceFile(join(runFolder, 'summary.csv'), renderCsv(summary.drills))
  replaceFile(join(runFolder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  return summary
}

/** Fails where a summary is not what its schema promises. */
export function checkSummary(summary: unknown): void {
  if (isSummary(summary)) return
  throw new Error(
    `the summary does not keep to its schema: ${ajv.errorsText(isSummary.errors, { dataVar: 'summary' })}`,
  )
}

/** Makes `latest`, beside the folder of a run, point at it. */
export function pointLatestAt(runFolder: string): void {
  const folder = resolve(runFolder)
  const link = join(dirname(folder), 'latest')
  const fresh = `${link}.${process.pid}`
  rmSync(fresh, { force: true })
  symlinkSync(basename(folder), fresh)
  renameSync(fresh, link)
}

/** A reader finds the old file or the new one, never half of one. */
function replaceFile(file: string, content: string): void {
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, content)
  renameSync(fresh, file)
}
