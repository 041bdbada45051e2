import { expect, test } from '@playwright/test'
import { axes, splitAxes } from '../../../lib/report/axes.ts'
import { metricColumn } from '../../../lib/report/column.ts'
import { columns } from '../../../lib/report/columns.ts'
import { renderCsv } from '../../../lib/report/results.ts'
import { renderFigures } from '../../../lib/report/page/drill.ts'
import { renderMatrix } from '../../../lib/report/page/matrix.ts'
import { renderHead, renderShared } from '../../../lib/report/page/page.ts'
import { renderDrills } from '../../../lib/report/terminal.ts'
import { MESH_ASPECTS } from '../../../lib/record/facts.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import type { DrillResult } from '../../../lib/verdict/result.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { buildDrill, buildRun } from '../verdict/facts-builder.ts'

const drill = judgeDrill(buildDrill())
const nothing = { lines: [], drills: [] }
const textOf = (html: unknown) =>
  String(html)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

/** The page of a run with these drills. */
function renderPage(drills: DrillResult[], from = columns): string {
  const summary = summarise({ facts: buildRun(), torn: [] })
  return String(renderHead({ ...summary, drills, ranking: [] }, nothing, from))
}

test('a new column of the list appears in the CSV, the table of figures, the page, the terminal and the comparison', () => {
  const added = metricColumn({
    name: 'firstByteMs',
    title: 'first byte',
    label: 'first byte after the restore',
    unit: 'ms',
    shownIn: ['csv', 'figures', 'page', 'terminal', 'comparison'],
    read: ({ load }) => load && 1234,
  })
  const list = [...columns, added]
  const [head = '', row = ''] = renderCsv([drill], list).split('\r\n')
  expect(head).toMatch(/,firstByteMs$/)
  expect(row).toMatch(/,1234$/)
  expect(textOf(renderFigures(drill, list))).toContain('First byte after the restore 1.2 s')
  expect(renderPage([drill], list)).toContain('<th scope="col">First byte</th>')
  expect(renderPage([drill], list)).toContain('<td>1.2\u00a0s</td>')
  const [titles = '', values = ''] = renderDrills([drill], list).split('\n')
  expect(titles).toMatch(/ first byte$/)
  expect(values).toMatch(/ 1\.2 s$/)
  expect(renderDrills([{ ...drill, load: null }], list).split('\n')[1]).toMatch(/ not measured$/)
  const run = { ...summarise({ facts: buildRun(), torn: [] }).run, merged: mergedOf('embedded', 'kind') }
  expect(textOf(renderShared({ run, drills: [drill, drill] }, list))).toMatch(/First byte .* 1\.2 s/)
})

const mergedOf = (...providers: string[]) => ({
  runs: providers.map((provider) => ({
    ...{ id: provider, provider, seed: 1, kubernetes: 'v1', nodes: 1, machine: null },
    ...{ startedAt: 0, durationMs: null, drills: 1 },
  })),
  told: [],
})

test('no two columns of the list share a title, and no two fields a name', () => {
  const titles = columns.map(({ title }) => title)
  const names = columns.flatMap(({ fields }) => fields.map(({ name }) => name))
  expect(new Set(titles).size).toBe(titles.length)
  expect(new Set(names).size).toBe(names.length)
})

test('the name of a field ends with its unit', () => {
  const endings = { ms: /Ms$/, bytes: /[bB]ytes$/, seconds: /Seconds$/ }
  for (const { name, unit } of columns.flatMap(({ fields }) => fields))
    if (unit !== null && unit !== 'count') expect(name).toMatch(endings[unit])
})

test('an axis with one value in all drills is named once at the top of the page, and is no column', () => {
  const other = { ...drill, fault: 'claim-deletion' }
  const page = renderPage([drill, other])
  expect(textOf(page)).toContain(
    'All drills: strategy velero/file-copy · moment at rest · mesh istio · workload ledger · repetition 1 ',
  )
  expect(page).toContain('<th scope="col">Fault</th>')
  expect(page).not.toContain('<th scope="col">Mesh</th>')
  const meshes = renderPage([drill, { ...other, mesh: 'none' }])
  expect(meshes).toContain('<th scope="col">Mesh</th>')
  expect(textOf(meshes)).not.toMatch(/All drills: [^<]*· mesh /)
})

test('the overview of one drill shows its id', () => {
  expect(renderPage([drill])).toContain(`<a href="#drill-0"><bdi>${drill.id}</bdi></a>`)
})

test('an axis differs if two drills have different values', () => {
  const { differing, constant } = splitAxes([drill, { ...drill, repetition: 2 }])
  expect(differing.map(({ title }) => title)).toEqual(['repetition'])
  expect([...differing, ...constant]).toHaveLength(axes.length)
})

test('the outcomes are one table, with a column and a filter for the mesh if there are two meshes', () => {
  const rival = { ...drill, strategy: 'csi-snapshot' }
  const one = String(renderMatrix([drill, rival]))
  expect(one).not.toContain('data-filter')
  const none = [drill, rival].map((each) => ({ ...each, mesh: 'none' }))
  const both = String(renderMatrix([drill, rival, ...none]))
  expect(both.match(/<table/g)).toHaveLength(1)
  expect(both.match(/data-filter="\w+"/g)).toEqual(['data-filter="mesh"'])
  expect(textOf(both)).toMatch(/Fault Mesh velero.* volume-loss istio .* volume-loss none /)
})

test('a fault that is drilled at two moments has a row for each moment', () => {
  const rival = { ...drill, strategy: 'csi-snapshot' }
  const later = { ...rival, moment: 'during-restore' as const }
  expect(textOf(renderMatrix([drill, rival, later]))).toMatch(
    /Fault Moment velero\/ \S+ velero\/ \S+ volume-loss at rest .* volume-loss during the restore /,
  )
  expect(textOf(renderMatrix([drill, rival]))).not.toContain('at rest')
})

test('a figure that was not measured is followed by the reason', () => {
  const reason = 'the workload cannot count its writes'
  const parts = drill.parts.map((part) => (part.question === 'rpo' ? { ...part, reason } : part))
  expect(textOf(renderFigures({ ...drill, rpo: null, parts }))).toContain(`(RPO) not measured ${reason}`)
  expect(textOf(renderFigures({ ...drill, parts }))).not.toContain(reason)
})

test('the table of figures says how often a call was denied and served that the mesh must deny', () => {
  const { evidence } = drill
  const policy = { denied: 620, served: 3, other: 10, open: { afterFaultMs: 1000, durationMs: 150 } }
  const rowOf = (changes: Partial<DrillResult>) => textOf(renderFigures({ ...drill, ...changes }))
  expect(rowOf({ evidence: { ...evidence, policy } })).toContain('Denied call denied 620 times, served 3 times')
  expect(rowOf({})).toContain('Denied call not measured')
  const meshState = { equal: null, differences: [], notOffered: [...MESH_ASPECTS] }
  expect(rowOf({ meshState })).toContain('Denied call not offered: policies')
})
