import { html, type SafeHtml } from '@remix-run/html-template'
import { formatBytes, formatDuration } from '../../system/quantity.ts'
import { formatDate } from '../../verdict/interval.ts'
import type { DrillResult } from '../../verdict/result.ts'
import type { Summary } from '../../verdict/summarise.ts'
import { describeAxes, splitAxes, axes } from '../axes.ts'
import { splitControls } from '../controls.ts'
import { renderItems, renderTable, linkTo, renderVerdict } from './table.ts'
import { type Column, columnsOf } from '../column.ts'
import { idColumn, verdictColumn } from '../columns.ts'
import { capitalise } from '../words.ts'

/** A row for each drill of a tool: the axes in which the drills differ, then the columns of the page. Null if only controls ran. */
export function renderOverview(drills: DrillResult[], from: readonly Column[]): SafeHtml | null {
  const { real } = splitControls(drills)
  if (real.length === 0) return null
  const shown = columnsOf(from, 'page').filter((column) => !axes.includes(column))
  const { differing } = splitAxes(real)
  const names = differing.length === 0 ? [idColumn] : differing
  const rows = real.map((drill) => [
    ...names.map(({ text }, index) => (index === 0 ? linkTo(drill, drills, text(drill)) : text(drill))),
    ...shown.map((column) => (column === verdictColumn ? renderVerdict(drill.verdict) : keepUnits(column.text(drill)))),
  ])
  const heads = [...names, ...shown].map(({ title }) => capitalise(title))
  return html`<section class="overview">
    <h2>Every drill</h2>
    ${renderTable(heads, rows, 'every drill')}
  </section>`
}

/** A number and its unit stay on one line. */
const keepUnits = (text: string): string => text.replace(/(\d|not) (?=(?:ms|s|min|measured|[KMGT]?i?B)\b)/g, '$1\u00a0')

type Run = Summary['run']

/** When, where and with what seed the run was, and what is the same in all of its drills. */
export function renderRun(run: Run, drills: DrillResult[]): SafeHtml {
  const { startedAt, durationMs, seed, kubernetes, provider, nodes, machine } = run
  const facts = [
    formatDate(startedAt),
    durationMs === null ? 'did not come to its end' : `took ${formatDuration(durationMs)}`,
    seed === null ? 'several seeds' : `seed ${seed}`,
    `Kubernetes ${kubernetes} (${provider}${nodes === null ? '' : `, ${nodes} nodes`})`,
    machine === null ? 'several machines' : `${machine.cpus} CPUs, ${formatBytes(machine.memoryBytes)}`,
  ]
  return html`<p class="run">${facts.join(' · ')}</p>
    ${renderConstants(drills)}`
}

/** Axes that are the same in all drills are named once, and are no columns. */
function renderConstants(drills: DrillResult[]): SafeHtml | null {
  const [first] = drills
  const { constant } = splitAxes(drills)
  if (first === undefined || constant.length === 0) return null
  return html`<p class="run">All drills: ${describeAxes(first, constant)}</p>`
}

/** The runs that a merged run was made of. What differs between runs may be why their tools differ. */
export function renderMerged(merged: Run['merged']): SafeHtml | null {
  if (merged === undefined) return null
  const { runs, told } = merged
  const names = runs.map(({ id, drills }) => `${id} (${drills} drills)`).join(', ')
  return html`<p class="warning">
      Merged of ${runs.length} runs: ${names}. Tools that were drilled in different runs did not share the hours of one
      machine.
    </p>
    ${
      told.length === 0
        ? null
        : html`<ul class="warning">
            ${renderItems(told)}
          </ul>`
    }`
}

/** The versions that were drilled. */
export function renderComponents(components: Run['components']): SafeHtml | null {
  const rows = Object.entries(components).map(([name, { version, source, differs }]) => [
    name,
    version,
    differs === undefined ? source : `${source}; ${differs.version} with other artifacts: ${differs.reason}`,
  ])
  return rows.length === 0
    ? null
    : html`<section>
        <h2>Components</h2>
        ${renderTable(['Name', 'Version', 'Source'], rows, 'components')}
      </section>`
}
