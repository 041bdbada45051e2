import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { describeFileError, messageOf } from '../../system/file-error.ts'
import { SUMMARY_SCHEMA, summary as summarySchema } from '../../verdict/schema/summary.ts'
import type { Summary } from '../../verdict/summarise.ts'

/** The results of a run, and its folder as it was given. */
export interface JudgedRun {
  folder: string
  summary: Summary
}

/** Reads `summary.json` of a run. Errors: there is none, it is damaged, or of another schema. */
export function readRun(folder: string): JudgedRun {
  if (!existsSync(folder)) throw new Error(`there is no run in "${folder}": no such folder`)
  const file = join(folder, 'summary.json')
  const again = `Next: npx meshdrill judge ${folder}`
  if (!existsSync(file)) {
    const next = existsSync(join(folder, 'events.jsonl'))
      ? again
      : 'Next: give the folder of a run, such as results/latest'
    throw new Error(`the run in "${folder}" has no results: no file "${file}". ${next}`)
  }
  const value = parse(file, again)
  const schema = z.object({ schema: z.string() }).safeParse(value).data?.schema
  if (schema !== SUMMARY_SCHEMA)
    throw new Error(
      `the results in "${file}" are of schema "${schema ?? 'unknown'}", and this version reads "${SUMMARY_SCHEMA}". ${again}`,
    )
  const { data, error } = summarySchema.safeParse(value)
  if (error)
    throw new Error(`the results in "${file}" do not keep to their schema: ${z.prettifyError(error)}. ${again}`)
  return { folder, summary: data }
}

function parse(file: string, next: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is cut off or damaged' : describeFileError(error)
    throw new Error(`the results in "${file}" cannot be read: ${why}. ${next}`, { cause: error })
  }
}

/** Whether two folders hold the same run. */
export const isSameRun = (one: JudgedRun, other: JudgedRun): boolean =>
  realpathSync(one.folder) === realpathSync(other.folder) ||
  (one.summary.run.id === other.summary.run.id && one.summary.run.startedAt === other.summary.run.startedAt)

/**
 * The runs in a folder of results, the oldest first, each once; a run that cannot be read, or that was merged of others that are
 * there too, is left out and named.
 */
export function readRuns(results: string): { runs: JudgedRun[]; told: string[] } {
  if (!existsSync(results)) throw new Error(`there are no runs in "${results}": no such folder`)
  const told: string[] = []
  const runs: JudgedRun[] = []
  const folders = readdirSync(results, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of folders.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const folder = join(results, name)
    if (!['summary.json', 'events.jsonl'].some((file) => existsSync(join(folder, file)))) continue
    try {
      const run = readRun(folder)
      const same = runs.find((other) => isSameRun(run, other))
      if (same === undefined) runs.push(run)
      else told.push(`"${folder}" is left out: it is the same run as "${same.folder}"`)
    } catch (error) {
      told.push(`"${folder}" is left out: ${messageOf(error)}`)
    }
  }
  const isCopy = ({ summary: { run } }: JudgedRun) =>
    run.merged?.runs.some(({ id, startedAt }) =>
      runs.some((other) => other.summary.run.id === id && other.summary.run.startedAt === startedAt),
    ) === true
  for (const run of runs.filter(isCopy))
    told.push(`"${run.folder}" is left out: it was merged of runs that are there too`)
  const kept = runs.filter((run) => !isCopy(run))
  if (kept.length === 0)
    throw new Error(
      [
        `there are no runs in "${results}". Next: npx playwright test, or give the folder that holds the runs`,
        ...told,
      ].join('\n'),
    )
  return { runs: kept.toSorted((one, other) => one.summary.run.startedAt - other.summary.run.startedAt), told }
}

/** In what runs differ that may explain a change, a sentence each. */
export function tellDifferences(runs: readonly JudgedRun[]): string[] {
  const fields: [what: string, read: (summary: Summary) => string][] = [
    ['provider', ({ run }) => run.provider],
    ['Kubernetes', ({ run }) => run.kubernetes],
    ['machine', ({ run }) => (run.machine === null ? 'several' : `${run.machine.cpus} CPUs`)],
  ]
  return fields.flatMap(([what, read]) => {
    const values = [...new Set(runs.map(({ summary }) => read(summary)))]
    return values.length < 2 ? [] : [`the runs differ in ${what}: ${values.join(', ')}. A change may come from that`]
  })
}
