import { formatBytes, formatDuration } from '../system/quantity.ts'
import type { DrillResult, Question } from '../verdict/result.ts'

/**
 * What shows a drill's columns: `summary.csv`, the table of figures of one drill (on the page, and attached to its test), the
 * overview of `report.html`, the terminal, and the comparison of clusters in a merged run.
 */
export type Output = 'csv' | 'figures' | 'page' | 'terminal' | 'comparison'

/** Of the values that machines read. Null for names, sentences, and yes or no. */
export type Unit = 'ms' | 'bytes' | 'seconds' | 'count' | null

/** What a machine reads; null and undefined mean that it was not measured. */
export type Scalar = string | number | boolean | null | undefined

/** One value of a column, for machines. */
export interface Field {
  /** The name in the head line of the CSV. It names the unit where there is one: `backupMs`. */
  name: string
  unit: Unit
  read: (drill: DrillResult) => Scalar
}

/** One thing that is known of a drill, and how each output shows it. */
export interface Column {
  /** The head of a table; lower case, but for abbreviations. */
  title: string
  /** The row in the table of figures, which has more space. `title` if there is none. */
  label?: string
  shownIn: readonly Output[]
  /** For people; `notMeasured` where it was not measured. */
  text: (drill: DrillResult) => string
  /** The question of the verdict whose answer says why nothing was measured. */
  question?: Question
  /** What `text` must not exceed, for people; empty where there is no objective. */
  objective?: (drill: DrillResult) => string
  /** For the comparison of clusters: a shorter text, and the duration of which the ratio is shown. */
  comparison?: { text: (drill: DrillResult) => string; durationMs: (drill: DrillResult) => number | null }
  /** For machines: a field of the CSV each. */
  fields: readonly Field[]
}

export const notMeasured = 'not measured'

/** A value that may not have been measured, in words. */
export function describe<Value>(value: Value | null | undefined, words: (value: Value) => string): string {
  return value === null || value === undefined ? notMeasured : words(value)
}

const formats: Record<Exclude<Unit, null>, (value: number) => string> = {
  ms: formatDuration,
  bytes: formatBytes,
  seconds: (value) => `${value.toFixed(1)} s`,
  count: String,
}

/** The column of a metric that is one number. */
export function metricColumn({
  name,
  unit,
  read,
  ...column
}: Pick<Column, 'title' | 'label' | 'shownIn' | 'objective'> & {
  name: string
  unit: Exclude<Unit, null>
  read: (drill: DrillResult) => number | null | undefined
}): Column {
  return { ...column, text: (drill) => describe(read(drill), formats[unit]), fields: [{ name, unit, read }] }
}

/** The column of a name, such as that of the mesh. */
export function nameColumn<Name extends string>({
  name,
  read,
  words = (value) => value,
  ...column
}: Pick<Column, 'title' | 'shownIn'> & {
  name: string
  read: (drill: DrillResult) => Name | null
  /** The name for people, where that is another one. */
  words?: (value: Name) => string
}): Column {
  return {
    ...column,
    text: (drill) => {
      const value = read(drill)
      return value === null ? 'unknown' : words(value)
    },
    fields: [{ name, unit: null, read }],
  }
}

/** The columns that an output shows, in their order. */
export const columnsOf = (columns: readonly Column[], output: Output): Column[] =>
  columns.filter(({ shownIn }) => shownIn.includes(output))
