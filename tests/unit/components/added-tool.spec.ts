import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { UserEffort } from '../../../lib/record/facts.ts'
import { compareSimplicity, gatherSimplicity } from '../../../lib/verdict/ranking/simplicity.ts'
import { inFolder } from '../in-folder.ts'

const root = new URL('../../../', import.meta.url).pathname

/** What a copy of meshdrill says of its tools. */
interface Seen {
  rows: { strategy: string; fault: string; illegal: string | null }[]
  matrixPage: string
  chosenTool: string | null
  effort: UserEffort
  traits: { tool: string; mode: string }
}

const program = `
import { readConfig } from './lib/config/config.ts'
import { strategiesOf, tools } from './lib/components/tools.ts'
import { matrix } from './lib/matrix/matrix.ts'
import { replaceMatrix } from './lib/matrix/table.ts'
import { noopLab } from './lib/simulation/noop-cluster.ts'

const { load, tool, mode } = strategiesOf(tools)['made-up/copy']
console.log(JSON.stringify({
  rows: matrix.map(({ strategy, fault, illegal }) => ({ strategy, fault, illegal })),
  matrixPage: await replaceMatrix('<!-- matrix --><!-- /matrix -->'),
  chosenTool: readConfig({ MESHDRILL_TOOL: 'made-up', MESHDRILL_CLUSTER: 'embedded' }).tool,
  effort: (await load()).effort(noopLab()),
  traits: { tool, mode },
}))
`

/** Runs the program in a copy of lib/ that has the made-up tool: one folder, and one line in the list of the index. */
function runWithMadeUpTool(folder: string): Seen {
  cpSync(join(root, 'lib'), join(folder, 'lib'), { recursive: true })
  for (const name of ['node_modules', 'package.json', 'tsconfig.json', 'chaos', '.prettierrc'])
    symlinkSync(join(root, name), join(folder, name))
  const added = join(folder, 'lib/components/made-up')
  cpSync(new URL('made-up', import.meta.url).pathname, added, { recursive: true })
  for (const name of readdirSync(added)) edit(join(added, name), /\.\.\/\.\.\/\.\.\/\.\.\/lib\//g, '../../')
  const index = join(folder, 'lib/components/index.ts')
  edit(index, /^/, "import { madeUp } from './made-up/component.ts'\n")
  edit(index, /\n\] as const satisfies readonly Component\[\]/, '\n  madeUp,$&')
  writeFileSync(join(folder, 'see.ts'), program)
  const run = ['--import', './lib/system/typescript.js', 'see.ts']
  return JSON.parse(execFileSync(process.execPath, run, { cwd: folder, encoding: 'utf8' })) as Seen
}

function edit(file: string, pattern: RegExp, replacement: string): void {
  const before = readFileSync(file, 'utf8')
  if (!pattern.test(before)) throw new Error(`"${file}" has nothing that matches ${pattern}`)
  writeFileSync(file, before.replace(pattern, replacement))
}

test('a new tool needs one folder and one line of the index to be drilled, chosen and ranked', async () => {
  await inFolder((folder) => {
    const { rows, matrixPage, chosenTool, effort, traits } = runWithMadeUpTool(folder)
    const own = rows.filter(({ strategy }) => strategy === 'made-up/copy')
    expect(own.some(({ illegal }) => illegal === null)).toBe(true)
    // Its traits decide: backups that a schedule starts are not disturbed when a drill wants.
    expect(own.find(({ fault }) => fault === 'tool-kill')?.illegal).toContain('schedule')
    expect(matrixPage).toContain('made-up<br>copy')
    expect(chosenTool).toBe('made-up')
    expect(traits).toEqual({ tool: 'made-up', mode: 'copy' })

    const ofTool = (tool: string, asks: UserEffort) =>
      ({
        kind: 'run.tool',
        at: 1,
        tool,
        strategy: 'copy',
        version: '1',
        installMs: null,
        manifests: null,
        effort: asks,
      }) as const
    const heavier = { ...effort, restore: [...effort.restore, 'Wait for the Paste.'] }
    const ranked = gatherSimplicity([ofTool('made-up', effort), ofTool('other', heavier)])
    const [first] = ranked
    expect(first && compareSimplicity(first, ranked).counts).toContainEqual(
      expect.objectContaining({ criterion: 'restoreSteps', count: 2, rank: 1, of: 2 }),
    )
    return Promise.resolve()
  })
})
