import { html, type SafeHtml } from '@remix-run/html-template'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import { describeIntegrity, describePairs, describeRecord, describeSimplicity } from '../../ranking/words.ts'
import { capitalise } from '../../words.ts'
import { renderItems, renderTable, type Content } from '../table.ts'
import { renderExposure } from './exposure.ts'
import { renderConditions } from './figures.ts'
import type { UserEffort } from '../../../record/facts.ts'
import { formatDuration } from '../../../system/quantity.ts'
import { type Criterion, rubric, type Simplicity, type SimplicityCount } from '../../../verdict/ranking/simplicity.ts'

const sources: Record<Criterion['source'], string> = {
  manifests: 'in what the install applied',
  driver: 'as the driver declares it, below',
  clock: 'by the clock',
}

/** The rubric, and each strategy by it. Null if nothing was recorded. */
function renderSimplicity(ranking: RankingEntry[]): SafeHtml | null {
  const known = ranking.flatMap(({ simplicity, ...entry }) =>
    simplicity === null ? [] : [{ name: nameStrategy(entry), simplicity }],
  )
  if (known.length === 0) return null
  const heads = known.map(({ name }) => breakAfterSlash(name))
  const rows = rubric.map((criterion) => {
    const counts = known.map(({ simplicity }) => findCount(criterion, simplicity))
    const differ = counts.some((count) => (count?.rank ?? 1) > 1)
    return [
      html`${criterion.counts}<small>${sources[criterion.source]}</small>`,
      ...counts.map((count) => renderCount(criterion, count, differ)),
    ]
  })
  return html`<h3>Simplicity, counted</h3>
    <p>
      Less is simpler; bold is the least where strategies differ. What is installed for several strategies of one tool
      counts for each of them; what a strategy applies for each backup and restore is in the lines to write.
    </p>
    <div class="figures">${renderTable(['', ...heads], rows)}</div>
    ${known.map(({ name, simplicity: { effort } }) => (effort === null ? null : renderEffort(name, effort)))}`
}

/** 'velero/file-system' as a head that may wrap. */
function breakAfterSlash(name: string): SafeHtml {
  const [tool, ...rest] = name.split('/')
  return html`${tool}/<wbr />${rest.join('/')}`
}

const findCount = ({ name }: Criterion, { counts }: Simplicity): SimplicityCount | null =>
  counts.find(({ criterion }) => criterion === name) ?? null

function renderCount({ source }: Criterion, found: SimplicityCount | null, differ: boolean): Content {
  const { count = null, rank = null } = found ?? {}
  if (count === null) return 'not measured'
  const text = source === 'clock' ? formatDuration(count) : String(count)
  return differ && rank === 1 ? html`<b class="best">${text}</b>` : text
}

function renderEffort(name: string, { configuration, firstBackup, restore, source }: UserEffort): SafeHtml {
  const list = (head: string, items: string[]) =>
    items.length === 0
      ? null
      : html`<p>${head}</p>
          <ol>
            ${renderItems(items)}
          </ol>`
  const texts = configuration.map(({ what, lines }) => `${what}: ${lines} line${lines === 1 ? '' : 's'}`)
  return html`<details>
    <summary>What a user of ${name} does by hand</summary>
    ${list('To write:', texts)}${list('To a first backup:', firstBackup)}${list('To a restore:', restore)}
    <p><small>As the driver does it: ${source}</small></p>
  </details> `
}

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
    ${ranking.map(renderReasons)} ${renderConditions(ranking)} ${renderSimplicity(ranking)} ${renderExposure(ranking)}
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
