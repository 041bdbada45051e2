import type { UserEffort } from '../../record/facts.ts'
import { formatDuration } from '../../verdict/objectives.ts'
import type { RankingEntry } from '../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../verdict/result.ts'
import { type Criterion, rubric, type Simplicity } from '../../verdict/ranking/simplicity.ts'
import { escapeHtml, renderTable } from '../html.ts'

const sources: Record<Criterion['source'], string> = {
  manifests: 'counted in the objects that were applied',
  driver: 'declared by the strategy’s driver, listed below',
  clock: 'by the clock',
}

/** The rubric, and each strategy by it. Empty where nothing was recorded. */
export function renderSimplicity(ranking: RankingEntry[]): string {
  const known = ranking.flatMap(({ simplicity, ...entry }) =>
    simplicity === null ? [] : [{ name: nameStrategy(entry), simplicity }],
  )
  if (known.length === 0) return ''
  const heads = rubric.map(({ counts, source }) => `${escapeHtml(counts)}<small>${escapeHtml(sources[source])}</small>`)
  const rows = known.map(({ name, simplicity }) => [
    `<b>${escapeHtml(name)}</b>`,
    ...rubric.map((criterion) => renderCount(criterion, simplicity)),
  ])
  return `<h3>Simplicity, counted</h3>
<p>Less is simpler; bold is the least where strategies differ. The objects of a tool that several strategies share count for each of them.</p>
<div class="figures">${renderTable(['', ...heads], rows)}</div>
${known.map(({ name, simplicity: { effort } }) => (effort === null ? '' : renderEffort(name, effort))).join('\n')}`
}

function renderCount({ name, source }: Criterion, { counts }: Simplicity): string {
  const { count = null, rank = null, of = 0 } = counts.find(({ criterion }) => criterion === name) ?? {}
  if (count === null) return 'not measured'
  const text = escapeHtml(source === 'clock' ? formatDuration(count) : String(count))
  return rank === 1 && of > 1 ? `<b class="best">${text}</b>` : text
}

function renderEffort(name: string, { configuration, firstBackup, restore, source }: UserEffort): string {
  const list = (head: string, items: string[]) =>
    items.length === 0 ? '' : `<p>${head}</p><ol>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ol>`
  const texts = configuration.map(({ what, lines }) => `${what}: ${lines} line${lines === 1 ? '' : 's'}`)
  return `<details><summary>What a user of ${escapeHtml(name)} does by hand</summary>
${list('To write:', texts)}${list('To a first backup:', firstBackup)}${list('To a restore:', restore)}
<p><small>As the driver does it: ${escapeHtml(source)}</small></p></details>`
}
