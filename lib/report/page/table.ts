import { html, type SafeHtml } from '@remix-run/html-template'

/** A text, which is escaped, or HTML of a template. */
export type Content = string | SafeHtml

/** A table; without heads, if there are none. */
export function renderTable(heads: Content[], rows: Content[][]): SafeHtml {
  const headRow =
    heads.length === 0
      ? null
      : html`<thead>
          <tr>
            ${heads.map((head) => html`<th>${head}</th>`)}
          </tr>
        </thead>`
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell) => html`<td>${cell}</td>`)}
      </tr> `,
  )
  return html`<table>
    ${headRow}
    <tbody>
      ${body}
    </tbody>
  </table>`
}

/** List items; nothing for an empty list. */
export const renderItems = (items: readonly Content[]): SafeHtml[] => items.map((item) => html`<li>${item}</li>`)
