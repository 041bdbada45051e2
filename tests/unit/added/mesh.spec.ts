import { expect, test } from '@playwright/test'
import { copyWith } from './copy.ts'
import type { SeenMesh } from './see-mesh.ts'

// Each copy runs programs.
test.slow()

test('a new mesh needs one folder and one line of the index to be drilled, chosen, installed, removed and reported', async () => {
  const copy = copyWith({
    fixture: 'made-up-mesh',
    place: 'lib/components/made-up',
    index: 'lib/components/index.ts',
    line: {
      import: "import { madeUp } from './made-up/component.ts'",
      before: /\n\] as const satisfies readonly Component\[\]/,
      text: '\n  madeUp,',
    },
  })
  const seen = await copy.see<SeenMesh>('see-mesh.ts')
  const { rows, choice, version, parts, isOwnObjectLeftOut, isGroupOfService, cluster, results, docs, project } = seen

  // The matrix, with the names of its rows and of their namespaces.
  const usual = rows.find(({ title }) => title === 'velero/file-system × container-kill, mesh made-up')
  expect(usual).toEqual({ title: usual?.title, illegal: null, isNamespaceKnown: true })
  expect(rows.filter(({ isNamespaceKnown }) => !isNamespaceKnown)).toEqual([])
  // It has a proxy and a control plane, so that faults on them are drilled.
  expect(rows.filter(({ illegal }) => illegal?.includes('mesh "made-up" has no'))).toEqual([])

  expect(choice).toEqual({
    chosen: ['made-up'],
    hint: expect.stringContaining('MESHDRILL_MESH: "maid-up" is not known') as unknown,
    isAcceptedInFile: true,
  })
  expect(choice.hint).toContain('the nearest is made-up')
  expect(project.rows).toContain('velero/file-system × proxy-kill, mesh made-up')
  expect(project.rows.filter((title) => !title.includes(', mesh made-up'))).toEqual([])
  expect(project.hasLab).toBe(true)

  expect(version).toBe('1.0')
  expect(parts).toEqual(['Made-up control plane'])
  expect(isOwnObjectLeftOut).toBe(true)
  expect(cluster.plan).toEqual([
    '  will be installed, and removed at the end: Made-up control plane, namespace made-up-system, definitions of made-up.example',
  ])
  expect(cluster.refusal).toContain('lacks rights that the drills need:\n  patch things.made-up.example\n')
  expect(cluster.removed).toContain('made-up')
  expect(cluster.left).toEqual([])
  // Its routes and policies are the service's own.
  expect(isGroupOfService).toBe(true)

  expect(docs.matrix).toContain('made-up')
  expect(docs.workflow).toMatch(/mesh: \[.*made-up\]/)
  expect(docs.gitlab).toMatch(/MESHDRILL_MESH: \[.*made-up\]/)
  expect(docs.schema).toContain('"made-up"')

  expect(results.drill).toMatchObject({ verdict: 'pass', reasons: [], mesh: 'made-up' })
  // It does not offer them: the verdict leaves them out, and the report says so.
  expect(results.drill.meshState).toMatchObject({ equal: true, notOffered: ['configuration', 'accessLogLines'] })
  expect(results.csv).toMatch(/,namespace-deletion,at-rest,made-up,simulated,/)
  expect(results.page).toContain('made-up')
  expect(results.page).toContain('not offered')
  expect(results.ranked.map(({ condition }) => condition)).toContainEqual(expect.objectContaining({ mesh: 'made-up' }))
})
