import { expect, test } from '@playwright/test'
import { copyWith } from './copy.ts'
import type { SeenWorkload } from './see-workload.ts'

// Each copy runs programs.
test.slow()

test('a new workload needs one folder and one line of the index to be drilled, chosen, planned and reported', async () => {
  const copy = copyWith({
    fixture: 'made-up-workload',
    place: 'lib/workloads/made-up',
    index: 'lib/workloads/index.ts',
    line: {
      import: "import { madeUp } from './made-up/made-up.ts'",
      before: /,?\s*\] as const satisfies readonly Workload\[\]/,
      text: ', madeUp',
    },
  })
  const { rows, choice, images, results, docs, project } = await copy.see<SeenWorkload>('see-workload.ts')

  const usual = rows.find(({ title }) => title === 'velero/file-system × container-kill, workload made-up')
  expect(usual).toEqual({ title: usual?.title, illegal: null, isNamespaceKnown: true })
  expect(rows.filter(({ isNamespaceKnown }) => !isNamespaceKnown)).toEqual([])
  expect(rows.find(({ title }) => title.startsWith('velero/file-system × ransomware'))?.illegal).toBe(
    'Made up: it holds no data on a volume',
  )
  expect(choice).toMatchObject({ chosen: ['made-up'], isAcceptedInFile: true })
  expect(choice.hint).toContain('"maid-up" is not known')
  expect(choice.hint).toContain('the nearest is made-up')
  expect(project.rows).toContain('velero/file-system × container-kill, workload made-up')
  expect(project.rows.filter((title) => !title.endsWith(', workload made-up'))).toEqual([])
  expect(images).toContain('made-up.example/service:1.0')
  expect(docs.matrix).toContain('made-up')
  expect(docs.schema).toContain('"made-up"')

  expect(results.drill).toMatchObject({ verdict: 'pass', workload: 'made-up', rpo: null })
  expect(results.csv).toMatch(/,namespace-deletion,at-rest,simulated,made-up,/)
  expect(results.page).toContain('it holds no data')
  expect(results.ranked.map(({ condition }) => condition)).toContainEqual(
    expect.objectContaining({ workload: 'made-up' }),
  )
})
