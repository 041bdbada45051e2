import type { DrillResult } from '../verdict/result.ts'
import { describeFigures } from './words.ts'

/** The drills of a run as a table for the terminal, with the reasons of those that did not pass below it. */
export function renderDrills(drills: DrillResult[]): string {
  const head = ['drill', 'verdict', 'RTO', 'RPO', 'backup', 'restore']
  const rows = drills.map((drill) => {
    const { rto, rpo, backup, restore } = describeFigures(drill)
    return [drill.id, drill.verdict, rto, rpo, backup, restore]
  })
  const reasons = drills.flatMap(({ id, verdict, reasons }) => reasons.map((reason) => `${id}: ${verdict}: ${reason}`))
  return [...alignColumns([head, ...rows]), ...(reasons.length === 0 ? [] : ['', ...reasons])].map(printable).join('\n')
}

/** Rows as lines, each column as wide as its widest cell; the first row says how many columns there are. */
export function alignColumns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Text of others must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? ' ' : '�'))
}
