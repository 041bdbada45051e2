import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult, Question } from '../../verdict/result.ts'
import { columnsOf, notMeasured } from '../column.ts'
import { columns } from '../columns.ts'
import { capitalise } from '../words.ts'
import { type Content, renderTable } from './table.ts'

/** Everything that was measured in a drill, as an HTML table: name, figure (or why there is none), objective. */
export function renderFigures(drill: DrillResult, from = columns): SafeHtml {
  const rows = columnsOf(from, 'figures').map(({ title, label = title, text, question, objective }) => [
    capitalise(label),
    text(drill) === notMeasured ? explain(question, drill) : text(drill),
    objective?.(drill) ?? '',
  ])
  return renderTable(['', 'Measured', 'Objective'], rows)
}

/** The answer of the verdict to a question says why nothing was measured. */
function explain(question: Question | undefined, { parts }: DrillResult): Content {
  const reason = parts.find((part) => part.question === question)?.reason
  return reason === undefined ? notMeasured : html`${notMeasured}<small>${reason}</small>`
}
