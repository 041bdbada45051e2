import { readFileSync } from 'node:fs'
import { formatDate } from '../verdict/clock.ts'
import { formatDuration } from '../system/duration.ts'
import { formatBytes } from '../system/bytes.ts'
import type { DrillResult, Verdict } from '../verdict/result.ts'
import type { Summary } from '../verdict/summarise.ts'
import { renderShared } from './clusters.ts'
import { renderAlarms, renderControls, splitControls } from './controls.ts'
import { renderMatrix } from './matrix.ts'
import { renderRanking } from './ranking/section.ts'
import { figuresTable } from './table.ts'
import { escapeHtml, renderTable } from './html.ts'
import { tellUnreadable, type Unreadable } from './unreadable.ts'
import { type Column, columnsOf } from './column.ts'
import { describeAxes, splitAxes } from './axes.ts'
import { axes, columns, idColumn, verdictColumn } from './columns.ts'
import { capitalise } from './words.ts'

const style = readFileSync(new URL('./page.css', import.meta.url), 'utf8')
const marks: Record<Verdict, string> = { pass: '✓', fail: '✗', inconclusive: '?', skipped: '–' }
/** Findings beyond these are in `summary.json`. */
const shownFindings = 20

/** `report.html` before the sections of its drills: one file that needs nothing else. */
export function renderHead(summary: Summary, unreadable: Unreadable, from = columns): string {
  const { run, drills, ranking } = summary
  const { real } = splitControls(drills)
  const told = tellUnreadable(unreadable)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>meshdrill ${escapeHtml(run.id)}</title>
<style>${style}</style>
</head>
<body>
<h1>Backup drills: ${escapeHtml(countVerdicts(real))}</h1>
${renderAlarms(drills)}
<p class="run">${describeRun(run).map(escapeHtml).join(' · ')}</p>
${renderConstants(real)}
${renderMerged(run.merged)}
${told === null ? '' : `<p class="warning">${escapeHtml(told)}</p>`}
${renderMatrix(drills, (verdict) => marks[verdict])}
${renderRanking(ranking)}
${renderOverview(drills, from)}
${renderShared(summary, (drill) => linkTo(drill, drills))}
${renderControls(drills, (drill) => linkTo(drill, drills))}
`
}

/** `report.html` after the sections of its drills. */
export const renderTail = ({ components }: Summary['run']): string => `
${renderComponents(components)}
</body>
</html>
`

export function countVerdicts(drills: DrillResult[]): string {
  const counts = (Object.keys(marks) as Verdict[]).map((verdict) => {
    const count = drills.filter((drill) => drill.verdict === verdict).length
    return count === 0 ? '' : `${count} ${verdict}`
  })
  return counts.filter((count) => count !== '').join(', ') || 'none'
}

function describeRun(run: Summary['run']): string[] {
  return [
    `run ${run.id}`,
    formatDate(run.startedAt),
    run.durationMs === null ? 'did not come to its end' : `took ${formatDuration(run.durationMs)}`,
    run.seed === null ? 'several seeds' : `seed ${run.seed}`,
    `Kubernetes ${run.kubernetes} (${run.provider}${run.nodes === null ? '' : `, ${run.nodes} nodes`})`,
    run.machine === null ? 'several machines' : `${run.machine.cpus} CPUs, ${formatBytes(run.machine.memoryBytes)}`,
  ]
}

/** Axes that are the same in all drills are named once, and are no columns. */
function renderConstants(drills: DrillResult[]): string {
  const [first] = drills
  const { constant } = splitAxes(drills)
  if (first === undefined || constant.length === 0) return ''
  return `<p class="run">All drills: ${escapeHtml(describeAxes(first, constant))}</p>`
}

/** What differs between runs may be why their tools do. */
function renderMerged(merged: Summary['run']['merged']): string {
  if (merged === undefined) return ''
  const runs = merged.runs.map(({ id, drills }) => `${id} (${drills} drills)`).join(', ')
  const told = merged.told.map((one) => `<li>${escapeHtml(one)}</li>`).join('')
  return `<p class="warning">Merged of ${merged.runs.length} runs: ${escapeHtml(runs)}. Tools that were drilled in different runs did not share the hours of one machine.</p>
${told === '' ? '' : `<ul class="warning">${told}</ul>`}`
}

function renderVerdict(verdict: Verdict): string {
  return `<span class="verdict ${verdict}">${marks[verdict]} ${verdict}</span>`
}

/** A row for each drill of a tool: the axes in which the drills differ, then the columns of the page. */
function renderOverview(drills: DrillResult[], from: readonly Column[]): string {
  const { real } = splitControls(drills)
  const shown = columnsOf(from, 'page').filter((column) => !axes.includes(column))
  const { differing } = splitAxes(real)
  const names = differing.length === 0 ? [idColumn] : differing
  const rows = real.map((drill) => [
    ...names.map(({ text }, index) => (index === 0 ? linkTo(drill, drills, text(drill)) : escapeHtml(text(drill)))),
    ...shown.map((column) =>
      column === verdictColumn ? renderVerdict(drill.verdict) : keepUnits(escapeHtml(column.text(drill))),
    ),
  ])
  return `<h2>Every drill</h2>${renderTable(
    [...names, ...shown].map(({ title }) => escapeHtml(capitalise(title))),
    rows,
  )}`
}

const linkTo = (drill: DrillResult, drills: DrillResult[], text = drill.id): string =>
  `<a href="#drill-${drills.indexOf(drill)}">${escapeHtml(text)}</a>`

/** A number and its unit stay on one line. */
function keepUnits(html: string): string {
  return html.replace(/(\d|not) (?=(?:ms|s|min|measured|[KMGT]?i?B)\b)/g, '$1&nbsp;')
}

/** The section of a drill; `index` is its place among all, and `picture` an SVG or empty. */
export function renderDrill(drill: DrillResult, index: number, picture: string): string {
  const reasons = drill.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')
  const parts = drill.evidence.parts.map(({ part, verdict, reason }) => [
    escapeHtml(part),
    renderVerdict(verdict),
    escapeHtml(reason),
  ])
  const notes = drill.evidence.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')
  const findings = (drill.integrity?.findings ?? []).slice(0, shownFindings)
  const findingRows = findings.map(({ kind, file, offset, detail }) =>
    [kind, file, String(offset), detail].map(escapeHtml),
  )
  return `<section id="drill-${index}">
<h2>${escapeHtml(drill.id)} ${renderVerdict(drill.verdict)}</h2>
<p>${escapeHtml(describeAxes(drill, axes))}</p>
${reasons === '' ? '' : `<ul class="reasons">${reasons}</ul>`}
${picture === '' ? '' : `<figure role="img" aria-label="course of the drill">${picture}</figure>`}
${drill.verdict === 'skipped' ? '' : `<h3>Figures</h3>${figuresTable(drill)}`}
${parts.length === 0 ? '' : `<h3>What the verdict is made of</h3>${renderTable(['Part', '', 'Because'], parts)}`}
${findings.length === 0 ? '' : `<h3>Findings</h3>${renderTable(['Kind', 'File', 'Offset', 'Detail'], findingRows)}`}
${notes === '' ? '' : `<h3>Notes</h3><ul>${notes}</ul>`}
</section>`
}

function renderComponents(components: Summary['run']['components']): string {
  const rows = Object.entries(components).map(([name, { version, source }]) => [name, version, source].map(escapeHtml))
  return rows.length === 0 ? '' : `<h2>Components</h2>${renderTable(['Name', 'Version', 'Source'], rows)}`
}
