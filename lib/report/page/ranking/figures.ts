import { html, type SafeHtml } from '@remix-run/html-template'
import { joinRange } from '../../../system/quantity.ts'
import { type Condition, keyOf, nameCondition } from '../../../verdict/ranking/candidates.ts'
import { type Figure, metrics } from '../../../verdict/ranking/metrics.ts'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import { type Content, renderTable } from '../table.ts'

/** Figures of strategies under the same condition. */
type Rows = { entry: RankingEntry; figures: Figure[] }[]

/** A table for each condition with several strategies, or with repetitions of one; null if there is none. */
export function renderConditions(ranking: RankingEntry[]): SafeHtml | null {
  const conditions = new Map<string, Condition>()
  for (const { condition } of ranking.flatMap(({ performance }) => performance.rows))
    conditions.set(keyOf(condition), condition)
  const tables = [...conditions]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, condition]) => {
      const own = (entry: RankingEntry) => entry.performance.rows.filter((row) => keyOf(row.condition) === key)
      const rows = ranking.flatMap((entry) => own(entry).map(({ figures, drills }) => ({ entry, figures, drills })))
      const telling = rows.length > 1 || rows.some(({ drills }) => drills > 1)
      return telling ? [renderCondition(condition, rows)] : []
    })
  if (tables.length === 0) return null
  return html`<h3>What was measured, fault by fault</h3>
    <p>
      Each figure is the median; below it the interval that holds the true median with 95 % confidence (from five values
      on), and n, the number of values. Less is better everywhere. <b class="best">Bold</b> is the least where others
      are shown to be more (<span class="more">▲</span>); <b>~</b> is not shown to differ from the least. What follows
      RPO counts only where the data came back whole.
    </p>
    ${tables}`
}

function renderCondition(condition: Condition, rows: Rows): SafeHtml {
  const least = metrics.map((_, index) => findLeast(rows, index))
  const body = rows.map(({ entry, figures }) => [
    html`<b>${nameStrategy(entry)}</b>`,
    ...figures.map((figure, index) => {
      const best = least[index] ?? null
      return renderFigure(figure, best === null ? '' : mark(entry, best, { rows, figure, condition }))
    }),
  ])
  const heads = metrics.map(({ label }) => label)
  return html`<h4>${nameCondition(condition)}</h4>
    <div class="figures">${renderTable(['', ...heads], body)}</div> `
}

/** The strategy with the least median; null if fewer than two values differ. */
function findLeast(rows: Rows, index: number): RankingEntry | null {
  const middle = ({ figures }: Rows[number]) => figures[index]?.median?.high ?? Infinity
  const measured = rows.filter(({ figures }) => (figures[index]?.median ?? null) !== null)
  if (new Set(measured.map(({ figures }) => figures[index]?.text)).size < 2) return null
  return measured.toSorted((a, b) => middle(a) - middle(b))[0]?.entry ?? null
}

/** A figure beside the least one of its table: shown to be less than another, shown to be more, or no difference shown. */
type Standing = 'best' | 'more' | '~' | ''

const signs: Record<Standing, Content> = { best: '', more: html` <span class="more">▲</span>`, '~': ' ~', '': '' }

/** How a strategy's figure stands to the least one. */
function mark(
  entry: RankingEntry,
  best: RankingEntry,
  { rows, figure, condition }: { rows: Rows; figure: Figure; condition: Condition },
): Standing {
  if (figure.median === null) return ''
  const isMore = ({ performance: { pairs } }: RankingEntry) =>
    pairs.some(
      ({ rival, differences }) =>
        rival === nameStrategy(best) &&
        differences.some(
          ({ metric, verdict, condition: where }) =>
            metric === figure.metric && verdict === 'greater' && keyOf(where) === keyOf(condition),
        ),
    )
  if (entry === best) return rows.some((row) => isMore(row.entry)) ? 'best' : '~'
  return isMore(entry) ? 'more' : '~'
}

function renderFigure({ metric, median, size, text }: Figure, standing: Standing): SafeHtml {
  const format = metrics.find(({ name }) => name === metric)?.format ?? null
  const value = html`${standing === 'best' ? html`<b class="best">${text}</b>` : text}${signs[standing]}`
  if (median === null || format === null) return value
  const end = (high: number | null) => (high === null ? 'never' : format(high))
  const interval = median.confidence && joinRange(format(median.confidence.low), end(median.confidence.high))
  const missing = size.missing === 0 ? [] : [`${size.missing} missing`]
  const below = [...(interval === null ? [] : [interval]), `n = ${size.values}`, ...missing]
  return html`${value}<small>${below.join(', ')}</small>`
}
