import { expect, test } from '@playwright/test'
import type { UserEffort } from '../../../lib/record/facts.ts'
import { compareSimplicity, gatherSimplicity } from '../../../lib/verdict/ranking/simplicity.ts'
import { copyWith } from './copy.ts'
import type { SeenTool } from './see-tool.ts'

// Each copy runs programs.
test.slow()

test('a new tool needs one folder and one line of the index to be drilled, chosen, installed, removed and ranked', async () => {
  const copy = copyWith({
    fixture: 'made-up-tool',
    place: 'lib/components/made-up',
    index: 'lib/components/index.ts',
    line: {
      import: "import { madeUp } from './made-up/component.ts'",
      before: /\n\] as const satisfies readonly Component\[\]/,
      text: '\n  madeUp,',
    },
  })
  const { rows, choice, traits, effort, cluster, isGroupOfService, results, docs, project } =
    await copy.see<SeenTool>('see-tool.ts')

  const drilled = rows.find(({ title }) => title === 'made-up/copy × ransomware')
  expect(drilled).toEqual({ title: drilled?.title, illegal: null, isNamespaceKnown: true })
  expect(rows.filter(({ isNamespaceKnown }) => !isNamespaceKnown)).toEqual([])
  // Its traits decide: backups that a schedule starts are not disturbed when a drill wants.
  expect(rows.find(({ title }) => title.includes('tool-kill during the backup'))?.illegal).toContain('schedule')
  expect(choice).toMatchObject({ chosen: 'made-up', isAcceptedInFile: true })
  expect(choice.hint).toContain('"maid-up" is not known')
  expect(choice.hint).toContain('the nearest is made-up')
  expect(project.rows).toContain('made-up/copy × ransomware')
  expect(project.rows.filter((title) => !title.startsWith('made-up/copy × '))).toEqual([])
  expect(traits).toEqual({ tool: 'made-up', mode: 'copy' })

  expect(cluster.plan).toEqual([
    '  will be installed, and removed at the end: Made-up agent, namespace made-up-system, definitions of made-up.example',
  ])
  expect(cluster.refusal).toContain('lacks rights that the drills need:\n  patch things.made-up.example\n')
  expect(cluster.removed).toContain('made-up')
  expect(cluster.left).toEqual([])
  expect(isGroupOfService).toBe(false)

  expect(docs.matrix).toContain('made-up<br>copy')
  expect(docs.workflow).toMatch(/tool: \[.*made-up\]/)
  expect(docs.gitlab).toMatch(/MESHDRILL_TOOL: \[.*made-up\]/)

  expect(results.drill).toMatchObject({ verdict: 'pass', reasons: [], tool: 'made-up', strategy: 'copy' })
  expect(results.csv).toMatch(/,made-up,copy,namespace-deletion,/)
  expect(results.page).toContain('made-up/copy')
  expect(results.ranked.map(({ name }) => name)).toContain('made-up/copy')
  expect(rankSimplicity(effort)).toContainEqual(
    expect.objectContaining({ criterion: 'restoreSteps', count: 2, rank: 1, of: 2 }),
  )
})

/** The simplicity of the tool against one that asks for one more step. */
function rankSimplicity(effort: UserEffort) {
  const ofTool = (tool: string, asks: UserEffort) => {
    const known = { tool, strategy: 'copy', version: '1', installMs: null, manifests: null }
    return { kind: 'run.tool', at: 1, ...known, effort: asks } as const
  }
  const heavier = { ...effort, restore: [...effort.restore, 'Wait for the Paste.'] }
  const ranked = gatherSimplicity([ofTool('made-up', effort), ofTool('other', heavier)])
  const [first] = ranked
  if (first === undefined) throw new Error('nothing was ranked')
  return compareSimplicity(first, ranked).counts
}
