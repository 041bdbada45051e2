import { html, type SafeHtml } from '@remix-run/html-template'
import { formatDuration } from '../../system/quantity.ts'
import type { Answers } from '../../verdict/backup-impact.ts'
import { type DrillResult, nameStrategy } from '../../verdict/result.ts'
import { type Compared, comparePairs, groupRows } from '../../verdict/runs/compare.ts'
import { meshAxis, workloadAxis } from '../axes.ts'
import { renderChanges } from './changes.ts'

const figures: readonly Compared<Answers>[] = [
  { label: 'median answer', read: ({ p50Ms }) => p50Ms, format: formatDuration },
  { label: '99 % of answers within', read: ({ p99Ms }) => p99Ms, format: formatDuration },
  { label: 'writes without a 2xx', read: ({ failed, writes }) => failed / writes, format: null },
]

const nameRow = (drill: DrillResult): string =>
  `${nameStrategy(drill)}, ${meshAxis.text(drill)}, ${workloadAxis.text(drill)}`

/** What users notice of a backup, for each strategy. Null if no drill shows it. */
export function renderBackupImpact(drills: readonly DrillResult[]): SafeHtml | null {
  const pairs = [...groupRows(drills, nameRow)].flatMap(([row, own]) => {
    const impacts = own.flatMap(({ evidence }) => evidence.backupImpact ?? [])
    return impacts.length === 0
      ? []
      : [{ row, before: impacts.map(({ before }) => before), after: impacts.map(({ during }) => during) }]
  })
  if (pairs.length === 0) return null
  return html`<section class="impact" aria-labelledby="backup-impact">
    <h2 id="backup-impact">What users notice of a backup</h2>
    <p>
      Answers to the writes of the load while the backup ran, against those of the same drills in the seconds before,
      when the drill only waited.
    </p>
    ${renderChanges(comparePairs(pairs, figures), {
      heads: ['Strategy', 'Before the backup', 'During the backup'],
      label: 'what users notice of a backup',
    })}
  </section>`
}
