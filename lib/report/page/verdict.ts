import { html, type SafeHtml } from '@remix-run/html-template'
import type { Verdict } from '../../verdict/result.ts'

/** The sign of each verdict, for readers who do not see its colour. */
export const marks: Record<Verdict, string> = { pass: '✓', fail: '✗', inconclusive: '?', skipped: '–' }

/** A verdict in its colour. `words` replace its name. */
export const renderVerdict = (verdict: Verdict, words: string = verdict): SafeHtml =>
  html`<span class="verdict ${verdict}">${marks[verdict]} ${words}</span>`

/** '3 pass, 1 fail' */
export function countVerdicts(verdicts: Verdict[]): string {
  const counts = (Object.keys(marks) as Verdict[]).map((verdict) => {
    const count = verdicts.filter((one) => one === verdict).length
    return count === 0 ? '' : `${count} ${verdict}`
  })
  return counts.filter((count) => count !== '').join(', ') || 'none'
}
