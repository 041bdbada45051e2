import { html, type SafeHtml } from '@remix-run/html-template'
import type { Change } from '../../verdict/runs/compare.ts'
import { describeGrowth, describeSide } from '../runs/words.ts'
import { renderTable } from './table.ts'

const SHOWN = { better: 'less', worse: 'more', '~': '~' } as const

/** Compared figures as a table. `heads` are those of the row and of both sides; `label` is for screen readers. */
export function renderChanges<Each>(
  changes: readonly Change<Each>[],
  { heads: [row, before, after], label }: { heads: [row: string, before: string, after: string]; label: string },
): SafeHtml {
  const rows = changes.map((change) => [
    html`<bdi>${change.row}</bdi>`,
    change.figure.label,
    describeSide(change.before, change.figure),
    describeSide(change.after, change.figure),
    describeGrowth(change.growth),
    html`${SHOWN[change.verdict]}<small>${change.reason}</small>`,
  ])
  return html`${renderTable([row, 'Figure', before, after, 'Difference', 'Shown'], rows, label)}
    <p class="note">
      Medians with their 95 % interval, from 5 drills on. ~ where no difference is shown, which does not prove that
      there is none.
    </p>`
}
