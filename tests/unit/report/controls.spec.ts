import { expect, test } from '@playwright/test'
import { renderHead } from '../../../lib/report/page/page.ts'
import { renderDrills } from '../../../lib/report/terminal.ts'
import { controlName } from '../../../lib/verdict/flaws.ts'
import type { DrillFact } from '../../../lib/record/facts.ts'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { chain, drop, finding, reading, type Edit } from '../verdict/fact-edits.ts'
import { buildDrill, buildRun, change } from '../verdict/facts-builder.ts'

const drillOf = (id: string, tool: string, edit: Edit = (facts) => facts): DrillFact[] =>
  edit(change(buildDrill(id), 'drill.planned', (fact) => ({ ...fact, axes: { ...fact.axes, tool } })))
const flips = controlName('flips-bits')
const show = (...drills: DrillFact[][]) => {
  const summary = summarise({ facts: buildRun(drills.flat()), torn: [] })
  return { page: String(renderHead(summary, { lines: [], drills: [] })), terminal: renderDrills(summary.drills) }
}
const flipped = reading({ findings: [{ ...finding, file: 'segment-00001' }] })

test('a control that failed for its own flaw is shown with the tools, and not counted with them', () => {
  const { page, terminal } = show(drillOf('real', 'velero'), drillOf('control', flips, flipped))
  expect(page).toContain('<h1>1 of 1 backup drill passed.</h1>')
  expect(page).toMatch(/Controls: tools that are broken on purpose[^]*#drill-1[^]*flips bits of one byte[^]*✓ failed/)
  expect(page).not.toContain('role="alert"')
  expect(terminal).toMatch(
    /^drill .*\nreal +pass[^\n]*\n\ncontrol .*\ncontrol +flips bits of one byte +failed +1 findings/,
  )
  expect(terminal).not.toContain('ALARM')
})

test('a control that passed is an alarm at the top of the page and of the terminal', () => {
  const { page, terminal } = show(drillOf('real', 'velero'), drillOf('control', flips))
  expect(page).toMatch(
    /role="alert">\s*<strong>No pass of this run can be relied on\.<\/strong>[^]*flips bits of one byte/,
  )
  expect(page).toContain('✗ passed')
  expect(terminal.split('\n').at(-1)).toMatch(/^ALARM: no pass of this run can be relied on: a tool that flips bits/)
})

test('a control that failed for another reason, or was inconclusive, is reported as such', () => {
  const slow = drillOf('slow', flips, chain(flipped, reading({ findings: [] }), drop('restore.ended')))
  const { page, terminal } = show(slow, drillOf('blind', flips, drop('resources')))
  expect(page).toContain('? failed for another reason')
  expect(page).toContain('? inconclusive')
  expect(terminal).toMatch(/slow +flips bits of one byte +failed for another reason +nothing was restored/)
  expect(page).not.toContain('role="alert"')
})

test('a run without controls has no section for them', () => {
  const { page, terminal } = show(drillOf('real', 'velero'))
  expect(page + terminal).not.toMatch(/Controls:|broken on purpose/)
})
