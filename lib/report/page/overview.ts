import { html, type SafeHtml } from '@remix-run/html-template'
import type { DrillResult } from '../../verdict/result.ts'
import { axes, splitAxes } from '../axes.ts'
import { type Column, columnsOf } from '../column.ts'
import { idColumn, verdictColumn } from '../columns.ts'
import { splitControls } from '../controls.ts'
import { capitalise } from '../words.ts'
import { linkTo } from './link.ts'
import { renderTable } from './table.ts'
import { renderVerdict } from './verdict.ts'

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
  return html`<h2>Every drill</h2>
    ${renderTable(heads, rows)}`
}

/** A number and its unit stay on one line. */
const keepUnits = (text: string): string => text.replace(/(\d|not) (?=(?:ms|s|min|measured|[KMGT]?i?B)\b)/g, '$1\u00a0')
