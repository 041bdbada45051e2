import { html, type SafeHtml } from '@remix-run/html-template'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import { describeIntegrity, describePairs, describeRecord, describeSimplicity } from '../../ranking/words.ts'
import { capitalise } from '../../words.ts'
import { renderItems, renderTable } from '../table.ts'
import { renderConditions } from './figures.ts'
import { renderSimplicity } from './simplicity.ts'

/** The ranking as a part of the page: places, why, and what they stand on. Null if nothing can be ranked. */
export function renderRanking(ranking: RankingEntry[]): SafeHtml | null {
  if (ranking.length === 0) return null
  const rows = ranking.map((entry) => [
    html`<span class="place">${entry.place ?? '–'}</span>`,
    html`<b>${nameStrategy(entry)}</b><small>${describeRecord(entry)}</small>`,
    ...[describeIntegrity(entry), describePairs(entry), describeSimplicity(entry)].map(renderLines),
  ])
  const noOrder = ranking[0]?.noOrder ?? null
  return html`<section class="ranking" id="ranking">
    <h2>Which strategy is better?</h2>
    <p>
      Three criteria stand side by side, and no sum of them exists. <b>Data integrity</b> comes first: who lost data
      that should not have been lost stands behind all who did not. Among those alike in this,
      <b>performance</b> decides: one stands above another where it is shown to be better in something and nothing looks
      worse. <b>Simplicity</b> is counted, for you to weigh. <b>~</b> means that no difference is shown, which does not
      say that there is none.
    </p>
    ${noOrder === null ? null : html`<p class="warning">${capitalise(noOrder)}.</p>`}
    ${renderTable(['Place', 'Strategy', 'Data integrity', 'Performance', 'Simplicity'], rows)}
    ${ranking.map(renderReasons)} ${renderConditions(ranking)} ${renderSimplicity(ranking)}
  </section>`
}

function renderReasons(entry: RankingEntry): SafeHtml {
  const reasons = entry.because.filter((reason) => reason !== entry.noOrder)
  return html`<details>
    <summary>Why ${nameStrategy(entry)} stands where it stands</summary>
    <ul>
      ${renderItems(reasons)}
    </ul>
  </details> `
}

/** The first line as it is, the others small. */
const renderLines = ([first = '', ...others]: string[]): SafeHtml =>
  html`${first}${others.map((other) => html`<small>${other}</small>`)}`
