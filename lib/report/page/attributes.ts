import { html, type SafeHtml } from '@remix-run/html-template'
import { FILE_ATTRIBUTES } from '../../record/facts.ts'
import type { DrillResult } from '../../verdict/result.ts'
import { ATTRIBUTE_WORDS, countAttributes, type Count, describeCount, isLost } from '../attributes.ts'
import { renderTable, type Content } from './table.ts'

/** Attributes of files by strategy. Null if no restored drill compared them. */
export function renderAttributes(drills: readonly DrillResult[]): SafeHtml | null {
  const counts = [...countAttributes(drills)]
  if (counts.length === 0) return null
  const rows = FILE_ATTRIBUTES.map((attribute) => [
    ATTRIBUTE_WORDS[attribute],
    ...counts.map(([, own]) => renderCount(own[attribute])),
  ])
  return html`<section>
    <h2>What came back of the files’ attributes</h2>
    ${renderTable(['Attribute', ...counts.map(([name]) => name)], rows, 'attributes of files by strategy')}
  </section>`
}

const renderCount = (count: Count): Content =>
  isLost(count) ? html`<strong>${describeCount(count)}</strong>` : describeCount(count)

/** The attributes that did not come back in a drill, with an example of each. Null if all did. */
export function renderLostAttributes({ integrity }: DrillResult): SafeHtml | null {
  const rows = (integrity?.attributes ?? [])
    .filter(({ entries, kept, missing }) => kept < entries || missing !== undefined)
    .map(({ attribute, entries, kept, missing, examples: [first] }) => [
      html`<code>${attribute}</code>`,
      `${kept} of ${entries}`,
      first === undefined
        ? `not on this volume: ${missing ?? ''}`
        : html`<bdi>${first.file}</bdi>: is <bdi>${first.is}</bdi>, was <bdi>${first.was}</bdi>`,
    ])
  return rows.length === 0
    ? null
    : html`<h3>Attributes of files that did not come back</h3>
        ${renderTable(['Attribute', 'Came back', 'First without it'], rows, 'lost attributes')}`
}
