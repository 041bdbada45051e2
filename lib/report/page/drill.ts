import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillFact } from '../../record/facts.ts'
import { CODES } from '../../verdict/codes.ts'
import type { DrillResult, Question } from '../../verdict/result.ts'
import { axes, describeAxes } from '../axes.ts'
import { columns } from '../columns.ts'
import { renderLostAttributes } from './attributes.ts'
import { anchorOf, renderItems, renderTable, sectionId, renderVerdict, type Content } from './table.ts'
import { columnsOf, notMeasured } from '../column.ts'
import { renderPicture } from './picture.ts'
import { renderCourse } from './drill/course.ts'
import { renderIntegrity, renderLostWrites, renderMeshDifferences, renderUnsynced } from './drill/data.ts'
import { capitalise } from '../words.ts'

/**
 * The section of a drill. `index` is its place among all drills, `picture` an SVG of `drawTimeline` or empty, and `facts` are those of
 * the drill.
 */
export function renderDrill(drill: DrillResult, index: number, picture: string, facts: DrillFact[] = []): SafeHtml {
  const { id, verdict } = drill
  return html`<section id="${sectionId(index)}" aria-label="drill ${id}">
    <h2 id="${anchorOf(id)}"><bdi>${id}</bdi> ${renderVerdict(verdict)}</h2>
    <p class="note">${describeAxes(drill, axes)}</p>
    ${renderReasons(drill)} ${picture === '' ? null : renderPicture(picture, describePicture(drill))}
    ${
      verdict === 'skipped'
        ? null
        : html`<h3>Figures</h3>
            ${renderFigures(drill)}`
    }
    ${renderParts(drill)} ${renderIntegrity(drill)} ${renderLostAttributes(drill)} ${renderMeshDifferences(drill)}
    ${renderLostWrites(facts, drill)} ${renderUnsynced(facts)} ${renderCourse(facts, drill)} ${renderNotes(drill)}
  </section>`
}

/** The picture in words. */
const describePicture = (drill: DrillResult): string =>
  `Course of drill ${drill.id}: ${['RTO', 'RPO', 'backup', 'restore']
    .flatMap((title) => columns.find((column) => column.title === title) ?? [])
    .map(({ title, text }) => `${title} ${text(drill)}`)
    .join('; ')}`

const renderReasons = ({ reasons }: DrillResult): SafeHtml | null =>
  reasons.length === 0
    ? null
    : html`<ul class="reasons">
        ${renderItems(reasons)}
      </ul>`

/** Each answer with its reason. A code that is no pass says what it means, with a link to all codes. */
function renderParts({ parts }: DrillResult): SafeHtml | null {
  const rows = parts.map(({ verdict, code, reason }) => [
    html`<code>${code}</code>`,
    renderVerdict(verdict),
    verdict === 'pass'
      ? html`<bdi>${reason}</bdi>`
      : html`<bdi>${reason}</bdi><small>${CODES[code].meaning} <a href="${CODES_PAGE}">All codes</a></small>`,
  ])
  return rows.length === 0
    ? null
    : html`<details ${parts.some(({ verdict }) => verdict !== 'pass') ? html.raw`open` : null}>
        <summary>What the verdict is made of</summary>
        ${renderTable(['Answer', 'Verdict', 'Because'], rows, 'answers')}
      </details>`
}

/** Beside the results of a run in the project's folder. */
const CODES_PAGE = '../../docs/verdict-codes.md'

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
  return renderTable(['Figure', 'Measured', 'Objective'], rows, 'figures')
}

/** The answer of the verdict to a question says why nothing was measured. */
function explain(question: Question | undefined, { parts }: DrillResult): Content {
  const reason = parts.find((part) => part.question === question)?.reason
  return reason === undefined ? notMeasured : html`${notMeasured}<small>${reason}</small>`
}
