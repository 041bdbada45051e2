import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult, Question } from '../../verdict/result.ts'
import { axes, describeAxes } from '../axes.ts'
import { columns } from '../columns.ts'
import { renderItems, renderTable, sectionId, renderVerdict, type Content } from './table.ts'
import { columnsOf, notMeasured } from '../column.ts'
import { capitalise } from '../words.ts'

/** Findings beyond these are in `summary.json`. */
const SHOWN_FINDINGS = 20

/** The section of a drill. `index` is its place among all drills, and `picture` an SVG of `drawTimeline`, or empty. */
export function renderDrill(drill: DrillResult, index: number, picture: string, from = columns): SafeHtml {
  const { id, verdict } = drill
  return html`<section id="${sectionId(index)}">
    <h2>${id} ${renderVerdict(verdict)}</h2>
    <p>${describeAxes(drill, axes)}</p>
    ${renderReasons(drill)} ${renderPicture(picture)}
    ${
      verdict === 'skipped'
        ? null
        : html`<h3>Figures</h3>
            ${renderFigures(drill, from)}`
    }
    ${renderParts(drill)} ${renderFindings(drill)} ${renderNotes(drill)}
  </section>`
}

const renderReasons = ({ reasons }: DrillResult): SafeHtml | null =>
  reasons.length === 0
    ? null
    : html`<ul class="reasons">
        ${renderItems(reasons)}
      </ul>`

/** The chart library has escaped the names in its picture. */
const renderPicture = (picture: string): SafeHtml | null =>
  picture === '' ? null : html`<figure role="img" aria-label="course of the drill">${html.raw`${picture}`}</figure>`

function renderParts({ parts }: DrillResult): SafeHtml | null {
  const rows = parts.map(({ verdict, code, reason }) => [html`<code>${code}</code>`, renderVerdict(verdict), reason])
  return rows.length === 0
    ? null
    : html`<h3>What the verdict is made of</h3>
        ${renderTable(['Answer', '', 'Because'], rows)}`
}

function renderFindings({ integrity }: DrillResult): SafeHtml | null {
  const findings = (integrity?.findings ?? []).slice(0, SHOWN_FINDINGS)
  const rows = findings.map(({ kind, file, offset, detail }) => [kind, file, String(offset), detail])
  return rows.length === 0
    ? null
    : html`<h3>Findings</h3>
        ${renderTable(['Kind', 'File', 'Offset', 'Detail'], rows)}`
}

const renderNotes = ({ evidence: { notes } }: DrillResult): SafeHtml | null =>
  notes.length === 0
    ? null
    : html`<h3>Notes</h3>
        <ul>
          ${renderItems(notes)}
        </ul>`

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
