import { html, type SafeHtml } from '@remix-run/html-template'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { type MetricName, metrics } from '../../../verdict/ranking/metrics.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import type { Criterion } from '../../../verdict/ranking/simplicity.ts'
import { compareBy } from '../../ranking/aspects.ts'
import { capitalise } from '../../words.ts'

/** One line of a card: what is asked, which strategies are the answer, and the figures. */
interface Line {
  label: string
  /** Empty if nothing is shown. */
  strategies: string[]
  detail: string
}

/** Which tool for speed, thrift, safety and simplicity; null if nothing was ranked. */
export function renderChoice(ranking: RankingEntry[]): SafeHtml | null {
  if (ranking.length === 0) return null
  const cards: [title: string, lines: Line[]][] = [
    ['Speed', [byMetric('rtoMs', ranking), byMetric('backupMs', ranking)]],
    ['Thrift', [byMetric('cpuSeconds', ranking), byMetric('memoryBytes', ranking), byMetric('storedBytes', ranking)]],
    ['Safety', [...judgeSafety(ranking), byMetric('rpoMs', ranking)]],
    ['Simplicity', byCounts(ranking)],
  ]
  return html`<section class="choice" aria-labelledby="choice">
    <h2 id="choice">Which tool?</h2>
    <div class="cards">${cards.map(([title, lines]) => renderCard(title, lines))}</div>
  </section>`
}

const renderCard = (title: string, lines: Line[]): SafeHtml =>
  html`<div class="card">
    <h3>${title}</h3>
    <dl>
      ${lines.map(
        ({ label, strategies, detail }) =>
          html`<dt>${label}</dt>
            <dd>
              ${strategies.length === 0 ? html`<span class="none">~ not shown</span>` : html`<b>${list(strategies)}</b>`}
              <small>${detail}</small>
            </dd>`,
      )}
    </dl>
  </div>`

/** More names than these are counted. */
const LISTED = 3

const list = (names: string[]): string =>
  names.length > LISTED + 1
    ? `${names.slice(0, LISTED).join(', ')} and ${names.length - LISTED} more`
    : names.join(', ')

function byMetric(metric: MetricName, ranking: RankingEntry[]): Line {
  const { kind, strategies, detail } = compareBy(metric, ranking)
  const label = capitalise(metrics.find(({ name }) => name === metric)?.label ?? metric)
  return { label, strategies, detail: kind === 'mixed' ? `depends on the fault: ${detail}` : detail }
}

/** Who lost data that should not have been lost. That is counted, and needs no statistics to be said. */
function judgeSafety(ranking: RankingEntry[]): Line[] {
  const lost = ranking.filter(({ integrity }) => integrity.lost > 0)
  const kept = ranking.filter(({ integrity }) => integrity.lost === 0 && integrity.whole > 0)
  const least = Math.min(...kept.map(({ integrity }) => integrity.whole))
  const possible = Math.ceil(100 * (1 - 0.05 ** (1 / least)))
  const losers = lost.map((entry) => `${nameStrategy(entry)} lost data in ${entry.integrity.lost} drills`)
  const unknown = ranking.filter(({ integrity }) => integrity.lost + integrity.whole === 0).map(nameStrategy)
  const detail = [
    ...losers,
    ...(kept.length === 0 ? [] : [`n ≥ ${least}: a loss in up to ${possible} % of drills is not ruled out`]),
    ...(unknown.length === 0 ? [] : [`not known of ${list(unknown)}`]),
  ]
  return [{ label: 'No data lost', strategies: kept.map(nameStrategy), detail: detail.join('; ') }]
}

const COUNTED: [label: string, criterion: Criterion['name'], unit: string][] = [
  ['Least to write', 'configurationLines', 'lines'],
  ['Fewest steps to a restore', 'restoreSteps', 'steps'],
  ['Fewest objects', 'objects', 'objects'],
]

/** Counts are exact: the least is shown. They are not added to anything. */
function byCounts(ranking: RankingEntry[]): Line[] {
  return COUNTED.map(([label, criterion, unit]) => {
    const counted = ranking.flatMap(({ simplicity, ...entry }) => {
      const count = simplicity?.counts.find(({ criterion: name }) => name === criterion)?.count ?? null
      return count === null ? [] : [{ name: nameStrategy(entry), count }]
    })
    const counts = counted.map(({ count }) => count)
    const [least, most] = [Math.min(...counts), Math.max(...counts)]
    if (counted.length < 2)
      return { label, strategies: [], detail: counted.length === 0 ? 'not recorded' : 'recorded of one strategy only' }
    if (least === most) return { label, strategies: [], detail: `all alike: ${least} ${unit}` }
    const names = counted.filter(({ count }) => count === least).map(({ name }) => name)
    return { label, strategies: names, detail: `${least} ${unit}, others up to ${most}` }
  })
}
