import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult, Verdict } from '../../verdict/result.ts'

/** The sign of each verdict, for readers who do not see its colour. */
export const marks: Record<Verdict, string> = { pass: '✓', fail: '✗', inconclusive: '?', skipped: '–' }

/** A verdict in its colour. `words` replace its name. */
export const renderVerdict = (verdict: Verdict, words: string = verdict): SafeHtml =>
  html`<span class="verdict ${verdict}">${marks[verdict]} ${words}</span>`

/** A link to the section of a drill, which is named by the drill's place among all drills of the run. */
export const linkTo = (drill: DrillResult, drills: readonly DrillResult[], words: Content = drill.id): SafeHtml =>
  html`<a href="#${sectionId(drills.indexOf(drill))}"><bdi>${words}</bdi></a>`

export const sectionId = (index: number): string => `drill-${index}`

/** The place of a drill on the page for links from elsewhere, which know its id only. */
export const anchorOf = (id: string): string => `of-${id}`

/** A text, which is escaped, or HTML of a template. */
export type Content = string | SafeHtml

/**
 * A table. On a narrow screen it scrolls by itself, so that the text around it does not; with the keyboard too.
 * @param name what the table shows, for screen readers
 */
export const renderTable = (heads: Content[], rows: Content[][], name = 'table'): SafeHtml =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => (head === '' ? html`<td></td>` : html`<th scope="col">${head}</th>`))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(renderRow)}
      </tbody>
    </table>
  </div>`

const renderRow = (cells: Content[]): SafeHtml =>
  html`<tr>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr> `

/** List items; nothing for an empty list. */
export const renderItems = (items: readonly Content[]): SafeHtml[] => items.map((item) => html`<li>${item}</li>`)
