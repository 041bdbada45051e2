import type { RankingEntry } from '../../verdict/ranking/ranking.ts'
import { isNoOrder } from '../../verdict/ranking/words.ts'
import { nameStrategy } from '../../verdict/result.ts'
import { escapeHtml, renderTable } from '../html.ts'
import { capitalise } from '../words.ts'
import { renderConditions } from './figures.ts'
import { renderSimplicity } from './simplicity.ts'
import { describeIntegrity, describePairs, describeRecord, describeSimplicity } from './words.ts'

/** The ranking as a part of the page: places, why, and what they stand on. Empty where nothing can be ranked. */
export function renderRanking(ranking: RankingEntry[]): string {
  if (ranking.length === 0) return ''
  const rows = ranking.map((entry) => [
    `<span class="place">${entry.place ?? '–'}</span>`,
    `<b>${escapeHtml(nameStrategy(entry))}</b><small>${escapeHtml(describeRecord(entry))}</small>`,
    ...[describeIntegrity(entry), describePairs(entry), describeSimplicity(entry)].map(renderLines),
  ])
  const noOrder = ranking[0]?.because.find(isNoOrder)
  return `<section class="ranking" id="ranking">
<h2>Which strategy is better?</h2>
<p>Three criteria stand side by side, and no sum of them exists. <b>Data integrity</b> comes first: who lost data that should not have been
lost stands behind all who did not. Among those alike in this, <b>performance</b> decides: one stands above another where it is shown to be
better in something and nothing looks worse. <b>Simplicity</b> is counted, for you to weigh. <b>~</b> means that no difference is shown, which
does not say that there is none.</p>
${noOrder === undefined ? '' : `<p class="warning">${escapeHtml(capitalise(noOrder))}.</p>`}
${renderTable(['Place', 'Strategy', 'Data integrity', 'Performance', 'Simplicity'], rows)}
${ranking.map(renderReasons).join('\n')}
${renderConditions(ranking)}
${renderSimplicity(ranking)}
</section>`
}

function renderReasons(entry: RankingEntry): string {
  const reasons = entry.because.filter((reason) => !isNoOrder(reason)).map((reason) => `<li>${escapeHtml(reason)}</li>`)
  return `<details><summary>Why ${escapeHtml(nameStrategy(entry))} stands where it stands</summary><ul>${reasons.join('')}</ul></details>`
}

/** The first line as it is, the others small. */
function renderLines([first = '', ...others]: string[]): string {
  return [escapeHtml(first), ...others.map((other) => `<small>${escapeHtml(other)}</small>`)].join('')
}
