/** Text made safe for HTML, as content and within quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A table; cells are HTML already. */
export function renderTable(head: string[], rows: string[][]): string {
  const headRow = head.length === 0 ? '' : `<thead><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr></thead>`
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table>${headRow}<tbody>${body.join('\n')}</tbody></table>`
}
