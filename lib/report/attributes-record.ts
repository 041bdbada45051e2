import { z } from 'zod'
import { FILE_ATTRIBUTES } from '../record/facts.ts'
import type { Summary } from '../verdict/summarise.ts'
import { ATTRIBUTE_WORDS, countAttributes, describeCount, isLost } from './attributes.ts'
import { dayOf, parseRecord } from './docs-record.ts'

/* The record of what came back of files' attributes in real drills: the newest recorded run of each strategy. */

const text = z.string()
const count = z.int().min(0)

const entry = z.strictObject({
  strategy: text,
  /** Version of the tool. */
  version: text,
  run: text,
  provider: text,
  /** Day on which the run began, in UTC: 2026-11-29. */
  date: z.iso.date(),
  /** Number of entries that show the attribute, and of those that came back with it. */
  attributes: z.record(z.enum(FILE_ATTRIBUTES), z.strictObject({ entries: count, kept: count })),
})

export type RecordedAttributes = z.infer<typeof entry>

/** Path of the record, from the root of the repository. */
export const ATTRIBUTES_FILE = 'docs/file-attributes.json'

/** Parses a record. Throws if it has another shape. */
export const parseAttributesRecord = (json: string): RecordedAttributes[] =>
  parseRecord(json, entry, `"${ATTRIBUTES_FILE}" is no record of attributes`)

/** Adds the drills of a run to a record. They replace those of an older run. Throws if no drill compared attributes. */
export function addAttributes(recorded: RecordedAttributes[], { run, drills }: Summary): RecordedAttributes[] {
  const counts = countAttributes(drills)
  if (counts.size === 0)
    throw new Error(`run "${run.id}" restored no files with attributes. Next: choose a run of workload files`)
  const date = dayOf(run.startedAt)
  const byStrategy = new Map(recorded.map((one) => [one.strategy, one]))
  for (const [strategy, attributes] of counts) {
    const version = run.components[strategy.split('/')[0] ?? '']?.version ?? 'unknown'
    byStrategy.set(strategy, { strategy, version, run: run.id, provider: run.provider, date, attributes })
  }
  return [...byStrategy.values()].sort((one, other) => (one.strategy < other.strategy ? -1 : 1))
}

/** The record as a Markdown table: attribute by strategy. */
export function renderAttributesRecord(recorded: readonly RecordedAttributes[]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  const rows = FILE_ATTRIBUTES.map((attribute) =>
    line([
      `${ATTRIBUTE_WORDS[attribute]} (\`${attribute}\`)`,
      ...recorded.map(({ attributes }) => {
        const found = attributes[attribute]
        return isLost(found) ? `**${describeCount(found)}**` : describeCount(found)
      }),
    ]),
  )
  return [
    line(['attribute', ...recorded.map(({ strategy }) => strategy.replace('/', '<br>'))]),
    line(['---', ...recorded.map(() => ':-:')]),
    ...rows,
    line(['version', ...recorded.map(({ version }) => version)]),
    line(['recorded', ...recorded.map(({ date, provider }) => `${date}, ${provider}`)]),
  ].join('\n')
}
