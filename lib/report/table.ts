import type { DrillResult } from '../verdict/result.ts'
import { columnsOf } from './column.ts'
import { columns } from './columns.ts'
import { escapeHtml, renderTable } from './html.ts'
import { capitalise } from './words.ts'

/** Everything that was measured in a drill, as an HTML table: name, figure, objective. */
export function figuresTable(drill: DrillResult, from = columns): string {
  const rows = columnsOf(from, 'figures').map(({ title, label = title, text, objective }) => [
    capitalise(label),
    text(drill),
    objective?.(drill) ?? '',
  ])
  return renderTable(
    ['', 'Measured', 'Objective'],
    rows.map((row) => row.map(escapeHtml)),
  )
}
