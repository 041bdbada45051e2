import type { DrillResult } from '../verdict/result.ts'
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
