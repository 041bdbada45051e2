import { html, type SafeHtml } from '@remix-run/html-template'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { type Exposure, nameStrategy } from '../../../verdict/result.ts'
import { type Content, renderTable } from '../table.ts'

const SEEN: Record<Exposure, Content> = {
  readable: html`<b>readable</b><small>as stored, or after decompression</small>`,
  'published key': html`<b>readable</b><small>encrypted, with a key that everyone knows</small>`,
  'not readable': html`not readable<small>no known text is in any object</small>`,
}

/** What somebody can read who can read the store, for each strategy. Null if no drill searched the store. */
export function renderExposure(ranking: readonly RankingEntry[]): SafeHtml | null {
  const rows = ranking.flatMap(({ exposure, ...entry }) =>
    exposure === null
      ? []
      : [
          [
            html`<b>${nameStrategy(entry)}</b>`,
            exposure.data === null ? 'not known, or not in the store' : SEEN[exposure.data],
            exposure.secrets === null ? 'not known' : SEEN[exposure.secrets],
          ],
        ],
  )
  if (rows.length === 0) return null
  return html`<h3 id="exposure">What does the store show to its readers?</h3>
    <p>
      The drill put a Secret with a known text into its namespace, and searched each object that the backup brought into
      the store for this text and for known data of the volume. No place depends on it.
    </p>
    ${renderTable(['Strategy', 'Data of the volume', 'Secrets of the namespace'], rows)}`
}
