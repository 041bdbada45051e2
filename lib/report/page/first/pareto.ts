import { html, type SafeHtml } from '@remix-run/html-template'
import { type Condition, keyOf, nameCondition } from '../../../verdict/ranking/candidates.ts'
import type { MetricName } from '../../../verdict/ranking/metrics.ts'
import type { RankingEntry } from '../../../verdict/ranking/ranking.ts'
import { nameStrategy } from '../../../verdict/result.ts'
import { drawPareto, type ParetoPoint } from '../../pictures/pareto.ts'
import { renderPicture } from '../picture.ts'

/** More conditions than these have no picture; their figures are in the tables of the ranking. */
const DRAWN = 16

interface Plane {
  condition: Condition
  points: ParetoPoint[]
}

/** Recovery time against resources, a picture for each fault that two strategies or more were measured on; null if there is none. */
export function renderPareto(ranking: RankingEntry[]): SafeHtml | null {
  const planes = findPlanes(ranking)
  if (planes.length === 0) return null
  const noOrder = ranking[0]?.noOrder ?? null
  const drawn = planes.slice(0, DRAWN)
  const rest = planes.length - drawn.length
  return html`<section class="pareto" aria-labelledby="pareto">
    <h2 id="pareto">Recovery time against resources</h2>
    <p class="choose">
      <label
        >Fault
        <select id="plane">
          ${drawn.map(({ condition }, index) => html`<option value="${index}">${nameCondition(condition)}</option>`)}
        </select></label
      >
    </p>
    ${drawn.map((plane, index) => renderPlane(plane, index))}
    <p class="note">
      Filled: on the front of what was measured, as no other is both sooner back and thriftier. Bars: 95 % interval of
      the median, from five values on.
      ${noOrder === null ? null : html`<b>The ranking shows no order</b>, so positions may be chance.`}
      ${rest > 0 ? `${rest} more faults are in the tables of the ranking.` : null}
    </p>
  </section>`
}

function renderPlane({ condition, points }: Plane, index: number): SafeHtml {
  const words = points.map(
    ({ name, rtoMs, cost }) => `${name} ${(rtoMs / 1000).toFixed(1)} s and ${cost.toFixed(1)} CPU s`,
  )
  const label = `Recovery time against CPU on ${nameCondition(condition)}: ${words.join('; ')}`
  return html`<div class="plane" data-plane="${index}">
    ${renderPicture(drawPareto(points, `pareto-${index}`), label)}
  </div>`
}

/** Those with the most strategies first. */
function findPlanes(ranking: RankingEntry[]): Plane[] {
  const planes = new Map<string, Plane>()
  for (const entry of ranking) {
    for (const { condition, figures } of entry.performance.rows) {
      const medianOf = (metric: MetricName) => figures.find((figure) => figure.metric === metric)?.median ?? null
      const [rto, cost] = [medianOf('rtoMs'), medianOf('cpuSeconds')]
      if (rto === null || cost === null || rto.high === null || cost.high === null) continue
      const plane = planes.get(keyOf(condition)) ?? { condition, points: [] }
      plane.points.push({
        name: nameStrategy(entry),
        rtoMs: rto.high,
        rto: close(rto.confidence),
        cost: cost.high,
        costs: close(cost.confidence),
        isFront: false,
      })
      planes.set(keyOf(condition), plane)
    }
  }
  return [...planes.values()]
    .filter(({ points }) => points.length > 1)
    .map(({ condition, points }) => ({ condition, points: markFront(points) }))
    .toSorted((one, other) => other.points.length - one.points.length)
}

/** Null if an end is open: what never ended has no place on an axis. */
function close(interval: { low: number; high: number | null } | null): ParetoPoint['rto'] {
  const high = interval?.high ?? null
  return interval === null || high === null ? null : { low: interval.low, high }
}

function markFront(points: ParetoPoint[]): ParetoPoint[] {
  const dominates = (one: ParetoPoint, other: ParetoPoint) =>
    one.rtoMs <= other.rtoMs && one.cost <= other.cost && (one.rtoMs < other.rtoMs || one.cost < other.cost)
  return points.map((point) => ({ ...point, isFront: !points.some((other) => dominates(other, point)) }))
}
