import { join } from 'node:path'
import { z } from 'zod'
import { codeOf, describeFileError } from '../system/file-error.ts'
import { type EventsFile, openEvents } from '../record/events-file.ts'
import { judgeDrill } from '../verdict/judge.ts'
import type { DrillResult } from '../verdict/result.ts'
import { findBeginning, summariseRun, type Summary } from '../verdict/summarise.ts'
import { summary as summarySchema } from '../verdict/schema/summary.ts'
import { renderDrill } from './page/drill.ts'
import { packSection, UNPACKED_AT_MOST } from './page/drill/packed.ts'
import { renderHead, renderTail } from './page/page.ts'
import { renderMarkdown } from './machines/markdown.ts'
import { renderOpenMetrics } from './machines/openmetrics.ts'
import { type Output, type Replacement, replaceTogether } from './replace-together.ts'
import { drawTimeline } from './pictures/timeline.ts'
import { describeUnreadable, type Unreadable } from './latest.ts'
import { columnsOf, type Scalar } from './column.ts'
import { columns } from './columns.ts'

/** One line for each drill, after a line of names. A value that was not measured is an empty field. */
export function renderCsv(drills: DrillResult[], from = columns): string {
  const fields = columnsOf(from, 'csv').flatMap((column) => column.fields)
  const lines = [fields.map(({ name }) => name), ...drills.map((drill) => fields.map(({ read }) => quote(read(drill))))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

/** Beginnings by which spreadsheets take a text for a formula, in half and full width. An apostrophe makes it a text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

function quote(value: Scalar): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export { pointLatestAt } from './latest.ts'

/**
 * Judges the facts of a run and writes `summary.json`, `summary.csv`, `summary.md`, `summary.openmetrics` and
 * `report.html` beside them, all together. Only one
 * drill's facts are in memory at a time.
 * Fails on facts that are not those of a run, on a summary that its schema refuses, and where nothing can be written; then
 * all that was there before is unchanged.
 * @param warn is called with each sentence about what could not be read
 * @param unpackedAtMost a page with more drills has their sections packed
 */
export function writeResults(
  runFolder: string,
  warn: (sentence: string) => void = () => undefined,
  unpackedAtMost = UNPACKED_AT_MOST,
): Summary {
  const events = openEvents(join(runFolder, 'events.jsonl'))
  try {
    refuseEmpty(events)
    findBeginning(events.runFacts)
    return replaceTogether(runFolder, (replacement) => {
      const { summary, unreadable } = judge(events, replacement, unpackedAtMost)
      const told = describeUnreadable(unreadable)
      if (told !== null) warn(told)
      replacement.create('summary.csv').write(renderCsv(summary.drills))
      replacement.create('summary.md').write(renderMarkdown(summary))
      replacement.create('summary.openmetrics').write(renderOpenMetrics(summary))
      writeSummary(replacement.create('summary.json'), summary)
      return summary
    })
  } catch (error) {
    throw codeOf(error) === null ? error : notWritten(runFolder, error)
  } finally {
    events.close()
  }
}

/** Judges drill by drill, and writes the page: the sections of the drills wait on the disk until all are judged. */
function judge(
  events: EventsFile,
  { create, spool }: Replacement,
  unpackedAtMost: number,
): { summary: Summary; unreadable: Unreadable } {
  const sections = spool()
  const drills: DrillResult[] = []
  let pictures = 0
  for (const id of events.drills) {
    const { facts, unreadable } = events.readDrill(id)
    // Nothing but lines that cannot be read: the page names them.
    if (facts.length === 0) continue
    const result = judgeDrill(facts, unreadable)
    const picture = result.verdict === 'skipped' ? '' : drawTimeline(facts, `picture-${pictures++}`, result)
    const section = renderDrill(result, drills.length, picture, facts)
    const shown = events.drills.length > unpackedAtMost ? packSection(section, result, drills.length) : section
    sections.write(`${drills.length === 0 ? '' : '\n'}${String(shown)}`)
    drills.push(result)
  }
  const summary = summariseRun(events.runFacts, drills)
  checkSummary(summary)
  const unreadable = {
    lines: events.unreadable(),
    drills: events.drills.filter((id) => events.unreadableFor(id).length > 0),
  }
  const page = create('report.html')
  page.write(String(renderHead(summary, unreadable)))
  sections.copyTo(page)
  page.write(String(renderTail(summary.run)))
  return { summary, unreadable }
}

/** As `JSON.stringify(summary, null, 2)`, of which the drills alone may be too large for one string. */
function writeSummary(output: Output, summary: Summary): void {
  const text = JSON.stringify({ ...summary, drills: [] }, null, 2)
  const place = '\n  "drills": ['
  const at = text.indexOf(place) + place.length
  output.write(text.slice(0, at))
  for (const [index, drill] of summary.drills.entries()) {
    const lines = JSON.stringify(drill, null, 2).replaceAll('\n', '\n    ')
    output.write(`${index === 0 ? '' : ','}\n    ${lines}`)
  }
  output.write(`${summary.drills.length === 0 ? '' : '\n  '}${text.slice(at)}\n`)
}

function refuseEmpty({ file, runFacts, drills, unreadable }: EventsFile): void {
  if (runFacts.length === 0 && drills.length === 0 && unreadable().length === 0)
    throw new Error(`there are no facts in "${file}": the run ended before it recorded anything`)
}

/** Fails where a summary is not what its schema promises. */
export function checkSummary(summary: unknown): void {
  const { error } = summarySchema.safeParse(summary)
  if (error) throw new Error(`the summary does not keep to its schema: ${z.prettifyError(error)}`)
}

const notWritten = (runFolder: string, cause: unknown): Error =>
  new Error(
    `the results of the run in "${runFolder}" could not be written: ${describeFileError(cause)}. ` +
      'Its facts and the earlier results are unchanged. Next: solve this problem, and judge the run again with npx meshdrill judge',
    { cause },
  )
