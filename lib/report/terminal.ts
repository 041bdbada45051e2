import { findAlarms, splitControls } from './controls.ts'
import { printable } from '../output/shorten.ts'
import type { DrillResult } from '../verdict/result.ts'
import { columnsOf } from './column.ts'
import { columns } from './columns.ts'

const SHOWN_REASONS = 4

/**
 * The drills of a run for the terminal: a table of the tools' drills with the reasons of those that did not pass, a table of the
 * controls, and an alarm for each control that passed.
 */
export function renderDrills(drills: DrillResult[], from = columns): string {
  const { real, controls } = splitControls(drills)
  const shown = columnsOf(from, 'terminal')
  const head = shown.map(({ title }) => title)
  const rows = real.map((drill) => shown.map(({ text }) => text(drill)))
  const reasons = real.flatMap(({ id, verdict, reasons }) =>
    shorten(reasons).map((reason) => `${id}: ${verdict}: ${reason}`),
  )
  const broken = controls.map(({ drill, flaw, seen, because }) => [drill.id, flaw.behaviour, seen, because])
  const alarms = findAlarms(drills).map((alarm) => `ALARM: no pass of this run can be relied on: ${alarm}`)
  const parts = [
    real.length === 0 && controls.length > 0 ? [] : alignColumns([head, ...rows]),
    reasons,
    broken.length === 0 ? [] : alignColumns([['control', 'the tool …', 'was it failed?', 'because'], ...broken]),
    alarms,
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(printable).join('\n'))
    .join('\n\n')
}

/** An interrupted drill has very many reasons. The first are the most telling; the report has them all. */
function shorten(reasons: string[]): string[] {
  if (reasons.length <= SHOWN_REASONS + 1) return reasons
  return [...reasons.slice(0, SHOWN_REASONS), `… and ${reasons.length - SHOWN_REASONS} reasons more: see the report`]
}

/** Rows as lines, each column as wide as its widest cell; the first row says how many columns there are. */
export function alignColumns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
