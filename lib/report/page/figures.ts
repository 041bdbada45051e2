import type { SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import { columnsOf } from '../column.ts'
import { columns } from '../columns.ts'
import { capitalise } from '../words.ts'
import { renderTable } from './table.ts'

/** Everything that was measured in a drill, as an HTML table: name, figure, objective. */
export function renderFigures(drill: DrillResult, from = columns): SafeHtml {
  const rows = columnsOf(from, 'figures').map(({ title, label = title, text, objective }) => [
    capitalise(label),
    text(drill),
    objective?.(drill) ?? '',
  ])
  return renderTable(['', 'Measured', 'Objective'], rows)
}
