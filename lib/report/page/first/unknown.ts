import { html, type SafeHtml } from '@remix-run/html-template'
import { leastValues } from '../../../verdict/statistics/median.ts'
import type { DrillResult } from '../../../verdict/result.ts'
import type { Summary } from '../../../verdict/summarise.ts'
import { splitControls } from '../../controls.ts'
import { capitalise } from '../../words.ts'
import { linkTo, renderItems, type Content } from '../table.ts'

/** More reasons than these are counted. */
const LISTED = 8

/** What the run does not show: no order, too few repetitions, inconclusive and skipped drills with their reasons. */
export function renderUnknown({ drills, ranking }: Pick<Summary, 'drills' | 'ranking'>): SafeHtml {
  const { real } = splitControls(drills)
  const items: Content[] = [
    ...describeOrder(ranking),
    ...describeRepetitions(ranking),
    ...listDrills(real, drills, 'inconclusive', 'not seen well enough'),
    ...listDrills(real, drills, 'skipped', 'skipped'),
  ]
  return html`<section class="unknown" aria-labelledby="unknown">
    <h2 id="unknown">What is not known</h2>
    ${
      items.length === 0
        ? html`<p>Every drill was seen well enough, and none was skipped.</p>`
        : html`<ul>
            ${renderItems(items)}
          </ul>`
    }
  </section>`
}

/** The same in a line, for the top of the page. Null if everything is known. */
export function describeUnknown({ drills, ranking }: Pick<Summary, 'drills' | 'ranking'>): string | null {
  const { real } = splitControls(drills)
  const count = (verdict: DrillResult['verdict']) => real.filter((drill) => drill.verdict === verdict).length
  const rows = ranking.flatMap(({ performance }) => performance.rows)
  const few = rows.filter((row) => row.drills < leastValues).length
  const gaps = [
    ...(few === 0
      ? []
      : [`${few} of ${rows.length} rows have fewer than ${leastValues} drills that count, so no interval`]),
    ...(count('inconclusive') === 0 ? [] : [`${count('inconclusive')} drills were not seen well enough`]),
    ...(count('skipped') === 0 ? [] : [`${count('skipped')} were skipped`]),
  ]
  return gaps.length === 0 ? null : `Not known: ${gaps.join('; ')}.`
}

function describeOrder(ranking: Summary['ranking']): Content[] {
  const noOrder = ranking[0]?.noOrder ?? null
  if (noOrder !== null) return [html`<b>${capitalise(noOrder)}.</b>`]
  const unplaced = ranking.filter(({ place }) => place === null).length
  return unplaced === 0 ? [] : [`${unplaced} of ${ranking.length} strategies have no place in the ranking.`]
}

/** Without repetitions there is no interval, and no difference can be shown. */
function describeRepetitions(ranking: Summary['ranking']): Content[] {
  const rows = ranking.flatMap(({ performance }) => performance.rows)
  const few = rows.filter(({ drills }) => drills < leastValues).length
  return few === 0
    ? []
    : [
        html`${few} of ${rows.length} rows of the matrix have fewer than ${leastValues} drills that count: no interval,
          and no difference that could be shown. Next: <code>MESHDRILL_REPETITIONS=20 npx playwright test</code>`,
      ]
}

/** The drills with a verdict, by their first reason. */
function listDrills(
  real: DrillResult[],
  drills: DrillResult[],
  verdict: DrillResult['verdict'],
  words: string,
): Content[] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of real.filter((each) => each.verdict === verdict)) {
    const reason = drill.reasons[0] ?? 'no reason is given'
    groups.set(reason, [...(groups.get(reason) ?? []), drill])
  }
  const sorted = [...groups].toSorted(([, one], [, other]) => other.length - one.length)
  const rest = sorted.length - LISTED
  return [
    ...sorted.slice(0, LISTED).map(([reason, own]) => {
      const [first] = own
      const count = `${own.length} ${own.length === 1 ? 'drill' : 'drills'} ${words}`
      return html`${first === undefined ? count : linkTo(first, drills, count)}: <bdi>${reason}</bdi>`
    }),
    ...(rest > 0 ? [`${rest} more reasons for which drills were ${words}`] : []),
  ]
}
