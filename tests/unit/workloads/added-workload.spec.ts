import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { inFolder } from '../in-folder.ts'

const root = new URL('../../../', import.meta.url).pathname

/** A workload without a volume that cannot count what was lost. */
const madeUp = `
import { noopWorkload } from '../../simulation/noop-tool.ts'
import type { Workload } from '../workload.ts'

export const madeUp: Workload<'made-up'> = {
  ...noopWorkload(),
  name: 'made-up',
  title: 'Made up',
  loss: { by: 'none', reason: 'it holds no data' },
}
`

const program = `
import { readConfig } from './lib/config/config.ts'
import { ransomware } from './lib/faults/malice.ts'
import { damageObstacle } from './lib/faults/support/data-damage.ts'
import { matrix } from './lib/matrix/matrix.ts'
import { workloadOf } from './lib/workloads/index.ts'

const workload = workloadOf('made-up')
console.log(JSON.stringify({
  drilled: matrix.some((row) => row.workload === 'made-up' && row.illegal === null),
  chosen: readConfig({ MESHDRILL_WORKLOAD: 'made-up', MESHDRILL_CLUSTER: 'embedded' }).workloads,
  loss: workload.loss,
  obstacle: damageObstacle(ransomware(), workload),
}))
`

test('a new workload needs one folder and one line of the index to be drilled and chosen', async () => {
  await inFolder((folder) => {
    cpSync(join(root, 'lib'), join(folder, 'lib'), { recursive: true })
    for (const name of ['node_modules', 'package.json', 'tsconfig.json', 'chaos'])
      symlinkSync(join(root, name), join(folder, name))
    mkdirSync(join(folder, 'lib/workloads/made-up'))
    writeFileSync(join(folder, 'lib/workloads/made-up/made-up.ts'), madeUp)
    const index = join(folder, 'lib/workloads/index.ts')
    const list = readFileSync(index, 'utf8').replace('[ledger, files]', '[ledger, files, madeUp]')
    writeFileSync(index, `import { madeUp } from './made-up/made-up.ts'\n${list}`)
    writeFileSync(join(folder, 'see.ts'), program)
    const run = ['--import', './lib/system/typescript.js', 'see.ts']
    const seen: unknown = JSON.parse(execFileSync(process.execPath, run, { cwd: folder, encoding: 'utf8' }))
    expect(seen).toEqual({
      drilled: true,
      chosen: ['made-up'],
      loss: { by: 'none', reason: 'it holds no data' },
      obstacle: 'Made up: it holds no data on a volume',
    })
    return Promise.resolve()
  })
})
