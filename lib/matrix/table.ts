import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { componentOf } from '../components/index.ts'
import { traitsOfMesh } from '../components/meshes.ts'
import { strategies } from '../components/tools.ts'
import { FAULTS } from '../faults/index.ts'
import { MESH_ASPECTS, type LossMeasure } from '../record/facts.ts'
import { formatDuration } from '../system/quantity.ts'
import { nameAspects } from '../verdict/mesh.ts'
import { workloadOf } from '../workloads/index.ts'
import { isUsual, MESHES, USUAL_MESH, USUAL_WORKLOAD, WORKLOADS } from './axes.ts'
import { WHEN } from './title.ts'
import { matrix, momentsOf, USUAL, type Row } from './matrix.ts'

const signs = { slice: '**●**', drilled: '●', lost: '○', lostInSlice: '**○**', illegal: '' }

/** Replaces the matrix between its two marks in a Markdown page. Errors: the marks are missing. */
export const replaceMatrix = (page: string): Promise<string> => replaceBetween(page, 'matrix', renderMatrix())

/** Replaces what is between two marks, such as `<!-- matrix -->`, in a Markdown page. Errors: the marks are missing. */
export async function replaceBetween(page: string, mark: string, text: string): Promise<string> {
  const marks = { begin: `<!-- ${mark} -->`, end: `<!-- /${mark} -->` }
  const begin = page.indexOf(marks.begin)
  const end = page.indexOf(marks.end)
  if (begin === -1 || end < begin) throw new Error(`the page has no "${marks.begin}" with "${marks.end}" after it`)
  const replaced = `${page.slice(0, begin)}${marks.begin}\n\n${text}\n\n${page.slice(end)}`
  const style = await resolveConfig(fileURLToPath(import.meta.url))
  return format(replaced, { ...style, parser: 'markdown' })
}

const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

/** The matrix as a Markdown table, and the number of illegal rows for each reason. */
function renderMatrix(): string {
  const names = Object.keys(strategies)
  const usual = matrix.filter(isUsual)
  const rows = FAULTS.flatMap((fault) =>
    momentsOf(fault).map((moment) => {
      const cells = usual.filter((row) => row.fault === fault && row.moment === moment).map(signOf)
      return line([`${fault}${WHEN[moment]}`, ...cells])
    }),
  )
  const reasons = new Map<string, number>()
  for (const { illegal } of usual) if (illegal !== null) reasons.set(illegal, (reasons.get(illegal) ?? 0) + 1)
  return [
    line(['fault', ...names.map((name) => name.replace('/', '<br>'))]),
    line(['---', ...names.map(() => ':-:')]),
    ...rows,
    '',
    '● is drilled, ○ is drilled and expected to be lost (a finding about the strategy, which fails when it stops being true), bold is ' +
      'in the default run. An empty field is a row that would prove nothing or cannot be:',
    '',
    ...[...reasons].map(([reason, count]) => `- ${count} rows: ${reason}`),
    '',
    `This is the matrix of a run that names no mesh and no workload: mesh ${USUAL_MESH}, workload ${USUAL_WORKLOAD}. Each of these can be chosen:`,
    '',
    line(['mesh', 'not drilled there', 'not compared, as it does not show it']),
    line(['---', '---', '---']),
    ...MESHES.map(renderMesh),
    '',
    line(['workload', 'not drilled with it', 'loss is counted by']),
    line(['---', '---', '---']),
    ...WORKLOADS.map(renderWorkload),
  ].join('\n')
}

function renderMesh(mesh: (typeof MESHES)[number]): string {
  const { offers } = traitsOfMesh(mesh)
  const hidden = MESH_ASPECTS.filter((aspect) => !offers.includes(aspect))
  const rows = matrix.filter((row) => row.mesh === mesh && row.workload === USUAL_WORKLOAD)
  return line([`${mesh} (${componentOf(mesh).title})`, describeMissing(rows), nameAspects(hidden) || NOTHING])
}

function renderWorkload(name: (typeof WORKLOADS)[number]): string {
  const { title, loss } = workloadOf(name)
  const rows = matrix.filter((row) => row.workload === name && row.mesh === USUAL_MESH)
  return line([`${name} (${title})`, describeMissing(rows), describeLoss(loss)])
}

const NOTHING = '–'

function describeLoss(loss: LossMeasure): string {
  if (loss.by === 'none') return `nothing: ${loss.reason}`
  const unsyncedMs = loss.by === 'writes' ? (loss.unsyncedMs ?? 0) : 0
  return unsyncedMs === 0 ? loss.by : `${loss.by}; a power cut may lose the last ${formatDuration(unsyncedMs)} of them`
}

/** The faults of rows that no strategy is drilled with, by their reasons. */
function describeMissing(rows: readonly Row[]): string {
  const faultsByReason = new Map<string, string[]>()
  for (const { strategy, fault, moment, illegal } of rows) {
    if (strategy !== USUAL || illegal === null) continue
    faultsByReason.set(illegal, [...(faultsByReason.get(illegal) ?? []), `${fault}${WHEN[moment]}`])
  }
  const lines = [...faultsByReason].map(([reason, faults]) => `${faults.join(', ')}: ${reason}`)
  return lines.length === 0 ? NOTHING : lines.join('<br>')
}

function signOf({ illegal, notRecoverable, inSlice }: Row): string {
  if (illegal !== null) return signs.illegal
  if (notRecoverable !== null) return inSlice ? signs.lostInSlice : signs.lost
  return inSlice ? signs.slice : signs.drilled
}
