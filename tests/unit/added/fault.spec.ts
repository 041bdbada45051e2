import { expect, test } from '@playwright/test'
import { copyWith } from './copy.ts'
import type { SeenFault } from './see-fault.ts'

// Each copy runs programs.
test.slow()

const drill = `
import { drillEach } from '../../fixtures/index.ts'
import { madeUp } from '../../lib/faults/made-up.ts'
import { comeBack } from './courses.ts'

drillEach(
  { fault: madeUp('made-up'), objectives: { rto: '3m', rpo: '3m' }, expects: { outage: true, restore: true } },
  (test) => {
    test('a namespace that is gone comes back', ({ drill }) => comeBack(drill))
  },
)
`

test('a new fault needs one file, one line of the index and a drill to be in the matrix, listed and reported', async () => {
  const copy = copyWith({
    fixture: 'made-up-fault.ts',
    place: 'lib/faults/made-up.ts',
    index: 'lib/faults/index.ts',
    line: {
      import: null,
      before: /\n\} as const satisfies Record<string, FaultTraits>/,
      text: "\n  'made-up': { ...atRest('state'), strikesMesh: 'proxy' },",
    },
  })
  copy.addSpec('made-up.spec.ts', drill)
  const [{ rows, results, docs }, listed] = await Promise.all([
    copy.see<SeenFault>('see-fault.ts'),
    copy.list('-g', 'k8up/operator × made-up'),
  ])

  const [usual] = rows.filter(({ title }) => title === 'k8up/operator × made-up')
  expect(usual).toEqual({ title: 'k8up/operator × made-up', illegal: null, isNamespaceKnown: true })
  expect(rows.filter(({ isNamespaceKnown }) => !isNamespaceKnown)).toEqual([])
  // Its traits decide: without a proxy it has nothing to strike.
  const onNone = rows.filter(({ title }) => title.endsWith('made-up, mesh none'))
  expect(new Set(onNone.map(({ illegal }) => illegal))).toEqual(new Set(['the mesh "none" has no proxy']))
  expect(listed).toEqual(['k8up/operator × made-up'])
  expect(docs.matrix).toMatch(/\| made-up +\| +● +\|/)

  expect(results.drill).toMatchObject({ verdict: 'pass', reasons: [], fault: 'made-up' })
  expect(results.csv).toMatch(/,made-up,at-rest,simulated,simulated,/)
  expect(results.page).toContain('made-up')
  expect(results.ranked.map(({ condition }) => condition)).toContainEqual(expect.objectContaining({ fault: 'made-up' }))
})
