import { html, type SafeHtml } from '@remix-run/html-template'

/** A text, which is escaped, or HTML of a template. */
export type Content = string | SafeHtml

/** A table. On a narrow screen it scrolls by itself, so that the text around it does not. */
export const renderTable = (heads: Content[], rows: Content[][]): SafeHtml =>
  html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th>${head}</th>`)}
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
