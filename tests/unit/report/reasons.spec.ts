import { expect, test } from '@playwright/test'
import { renderReasons, groupReasons } from '../../../lib/report/page/reasons.ts'
import { judgeDrill } from '../../../lib/verdict/judge.ts'
import { controlName } from '../../../lib/verdict/flaws.ts'
import { aiming, drop } from '../verdict/fact-edits.ts'
import { buildDrill } from '../verdict/facts-builder.ts'

const good = judgeDrill(buildDrill('good'))
const slow = judgeDrill(aiming({ rtoMs: 1 })(buildDrill('slow')))
const [blind, alsoBlind] = ['blind', 'also-blind'].map((id) => judgeDrill(drop('resources')(buildDrill(id))))
if (blind === undefined || alsoBlind === undefined) throw new Error('there are two')

test('drills with the same reason are grouped by its code, and reasons of failures come first', () => {
  const groups = groupReasons([good, blind, alsoBlind, slow])
  expect(groups.map(({ code, drills }) => [code, drills.map(({ id }) => id)])).toEqual([
    ['rto.over-objective', ['slow']],
    ['resources.not-sampled', ['blind', 'also-blind']],
  ])
})

test('the page names each reason once, with a link to each drill', () => {
  const page = String(renderReasons([good, slow, blind, alsoBlind]))
  expect(page.match(/resources\.not-sampled/g)).toHaveLength(1)
  for (const index of [1, 2, 3]) expect(page).toContain(`href="#drill-${index}"`)
  expect(page).not.toContain('href="#drill-0"')
})

test('a reason of very many drills lists the first of them and counts the others', () => {
  const many = Array.from({ length: 14 }, (_, repetition) => ({ ...slow, repetition }))
  const page = String(renderReasons(many))
  expect(page.match(/href=/g)).toHaveLength(10)
  expect(page).toContain('and 4 more')
})

test('a run with only passed drills shows no reasons, even if controls failed', () => {
  expect(renderReasons([good, { ...slow, tool: controlName('restores-late') }])).toBe(null)
})
