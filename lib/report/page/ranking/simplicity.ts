import { html, type SafeHtml } from '@remix-run/html-template'
import type { UserEffort } from '../../../record/facts.ts'
import { formatDuration } from '../../../system/duration.ts'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import { type Criterion, rubric, type Simplicity, type SimplicityCount } from '../../../verdict/ranking/simplicity.ts'
import { type Content, renderItems, renderTable } from '../table.ts'

const sources: Record<Criterion['source'], string> = {
  manifests: 'in what the install applied',
  driver: 'as the driver declares it, below',
  clock: 'by the clock',
}

/** The rubric, and each strategy by it. Null if nothing was recorded. */
export function renderSimplicity(ranking: RankingEntry[]): SafeHtml | null {
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
