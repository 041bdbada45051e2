import { html, type SafeHtml } from '@remix-run/html-template'
import { type DrillResult, isControl } from '../../verdict/result.ts'
import { describeAxes, faultAxis, meshAxis, momentAxis, splitAxes, strategyAxis, workloadAxis } from '../axes.ts'
import type { Column } from '../column.ts'
import { capitalise } from '../words.ts'
import { linkTo, marks } from './table.ts'

/** Axes of a row. Only those that differ within the run are columns, and filters but for the fault. */
const ROWS = [faultAxis, momentAxis, meshAxis, workloadAxis]

/** What became of the service, as faults × strategies; null if only controls ran. */
export function renderMatrix(drills: DrillResult[]): SafeHtml | null {
  const real = drills.filter((drill) => !isControl(drill))
  const strategies = distinct(real.map(strategyAxis.text)).toSorted()
  if (strategies.length === 0) return null
  const { differing } = splitAxes(real)
  const axes = ROWS.filter((axis) => axis === faultAxis || differing.includes(axis))
  const rows = groupBy(real, axes)
  return html`<section class="matrix" aria-labelledby="matrix">
    <h2 id="matrix">What became of the service</h2>
    ${renderFilters(
      axes.filter((axis) => axis !== faultAxis),
      real,
    )}
    <div class="scroll" tabindex="0" role="region" aria-labelledby="matrix">
      <table id="matrix-table">
        <thead>
          <tr>
            ${axes.map(({ title }) => html`<th scope="col">${capitalise(title)}</th>`)}
            ${strategies.map((name) => html`<th scope="col" class="strategy"><bdi>${breakable(name)}</bdi></th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => renderRow(row, axes, strategies, drills))}
        </tbody>
      </table>
    </div>
    <p class="note">
      <span class="cell pass">✓</span> as its objectives say, <span class="cell fail">✗</span> not,
      <span class="cell inconclusive">?</span> not seen well enough, <span class="cell skipped">–</span> skipped, × the
      number of drills. An empty field was not drilled in this run.
    </p>
  </section>`
}

/** A choice for each axis. It also holds for the objectives. Without the script all rows are shown. */
function renderFilters(axes: Column[], drills: DrillResult[]): SafeHtml | null {
  if (axes.length === 0) return null
  return html`<p class="filters">
    ${axes.map(
      ({ title, text }) =>
        html`<label
          >${capitalise(title)}
          <select data-filter="${title}">
            <option value="">all</option>
            ${distinct(drills.map(text))
              .toSorted()
              .map((value) => html`<option value="${value}">${value}</option>`)}
          </select></label
        > `,
    )}
  </p>`
}

function renderRow(members: DrillResult[], axes: Column[], strategies: string[], drills: DrillResult[]): SafeHtml {
  const [first] = members
  if (first === undefined) throw new Error('a row has at least one drill')
  const [moment, mesh, workload] = [momentAxis, meshAxis, workloadAxis].map(({ text }) => text(first))
  return html`<tr data-moment="${moment}" data-mesh="${mesh}" data-workload="${workload}">
    ${axes.map(({ text }, index) =>
      index === 0 ? html`<th scope="row"><bdi>${text(first)}</bdi></th>` : html`<td><bdi>${text(first)}</bdi></td>`,
    )}
    ${strategies.map(
      (strategy) =>
        html`<td class="outcomes">
          ${renderOutcomes(
            members.filter((drill) => strategyAxis.text(drill) === strategy),
            drills,
          )}
        </td>`,
    )}
  </tr> `
}

/** Repetitions with the same outcome are one link, to the first of them. */
function renderOutcomes(repetitions: DrillResult[], drills: DrillResult[]): SafeHtml[] {
  return distinct(repetitions.map(nameOutcome)).flatMap((outcome) => {
    const alike = repetitions.filter((drill) => nameOutcome(drill) === outcome)
    const times = alike.length === 1 ? '' : ` × ${alike.length}`
    return alike
      .slice(0, 1)
      .map((first) =>
        linkTo(
          first,
          drills,
          html`<span class="cell ${first.verdict}">${marks[first.verdict]}</span> ${outcome}${times}`,
        ),
      )
  })
}

const nameOutcome = ({ evidence, verdict }: DrillResult): string => evidence.outcome ?? verdict

const distinct = (names: string[]): string[] => [...new Set(names)]

/** 'velero/file-system' as a head that may wrap. */
function breakable(name: string): SafeHtml {
  const [tool, ...rest] = name.split('/')
  return html`${tool}/<wbr />${rest.join('/')}`
}

/** The drills by some axes, in the order in which the first of each group was drilled. */
function groupBy(drills: DrillResult[], axes: readonly Column[]): DrillResult[][] {
  const groups = new Map<string, DrillResult[]>()
  for (const drill of drills) {
    const name = describeAxes(drill, axes)
    groups.set(name, [...(groups.get(name) ?? []), drill])
  }
  return [...groups.values()]
}
