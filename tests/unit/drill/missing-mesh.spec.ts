import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { findBuildObstacle } from '../../../lib/components/sources.ts'
import { readFacts } from '../../../lib/record/read.ts'
import { compileProgram } from '../../../lib/system/compile.ts'
import { findCompiled } from '../../../lib/system/compiled.js'
import { summarise } from '../../../lib/verdict/summarise.ts'
import { newFolder } from '../in-folder.ts'
import { playwright } from '../runner/suite.ts'

// Each test runs Playwright as a process.
test.slow()

const root = fileURLToPath(new URL('../../..', import.meta.url))
const fixtures = join(root, 'fixtures/index.ts')
test.beforeAll(() => compileProgram(fixtures))

/** Linkerd comes from registries only, and this run has what its machine builds. Its cluster cannot be reached. */
const OBSTACLE = findBuildObstacle('linkerd') ?? ''
const KUBECONFIG = {
  ...{ apiVersion: 'v1', kind: 'Config', users: [{ name: 'me', user: { token: 'token' } }] },
  clusters: [{ name: 'away', cluster: { server: 'http://127.0.0.1:1' } }],
  contexts: [{ name: 'mine', context: { cluster: 'away', user: 'me' } }],
}

/** Runs one drill on Linkerd with its lab before it. If no other mesh is chosen, the end of the lab comes after it. */
async function drillOnLinkerd(meshes: string) {
  const folder = newFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text)
  }
  const run = join(folder, 'run')
  const imports = (name: string): string => `import { ${name} } from ${JSON.stringify(findCompiled(fixtures))}\n`
  write('package.json', '{ "type": "module" }')
  write('kubeconfig', JSON.stringify(KUBECONFIG))
  write('lab.setup.ts', `${imports('setup')}setup('lab', ({ createLab }) => createLab())`)
  write('lab.teardown.ts', `${imports('setup')}setup('end', ({ endLab }) => endLab())`)
  write('drill.spec.ts', `${imports('test')}test('drill', async ({ drill }) => { await drill.provision() })`)
  const projects = [
    { name: 'lab', testMatch: 'lab.setup.ts', ...(meshes === 'linkerd' ? { teardown: 'end' } : {}) },
    ...(meshes === 'linkerd' ? [{ name: 'end', testMatch: 'lab.teardown.ts' }] : []),
    { name: 'drills', testMatch: 'drill.spec.ts', dependencies: ['lab'] },
  ]
  const config = { workers: 1, reporter: 'list', outputDir: join(folder, 'out'), use: { mesh: 'linkerd' }, projects }
  write('playwright.config.ts', `export default ${JSON.stringify(config)}`)
  const cluster = { MESHDRILL_CLUSTER: 'existing', MESHDRILL_CONTEXT: 'mine', MESHDRILL_ARTIFACTS: 'built' }
  const kubeconfig = join(folder, 'kubeconfig')
  const { output } = await playwright(folder, ['test'], {
    ...{ MESHDRILL_MESH: meshes, KUBECONFIG: kubeconfig, ...cluster },
    ...{ MESHDRILL_RUN_DIR: run, MESHDRILL_RUN_UID: 'uid', MESHDRILL_OWNER_PID: String(process.pid) },
  })
  return { output, events: readFacts(join(run, 'events.jsonl')) }
}

test('drills on a mesh that cannot be had here are skipped with the reason, without a cluster', async () => {
  expect(OBSTACLE).toContain('Linkerd comes from public registries only')
  const { output, events } = await drillOnLinkerd('linkerd')
  expect(output).toContain(`no lab with the mesh "linkerd": ${OBSTACLE}`)
  expect(output).toMatch(/1 skipped\s+2 passed/)
  const planned = events.facts.find((fact) => fact.kind === 'drill.planned')
  expect(planned?.expectations.denial).toBe(true)
  const { run, drills } = summarise(events)
  expect(run).toMatchObject({ provider: 'existing', nodes: null })
  expect(drills).toMatchObject([
    { tool: 'velero', mesh: 'linkerd', fault: 'container-kill', verdict: 'skipped', reasons: [OBSTACLE] },
  ])
})

test('a mesh that cannot be had here does not describe the run if the run has another mesh', async () => {
  const { output, events } = await drillOnLinkerd('none,linkerd')
  expect(output).toMatch(/1 skipped\s+1 passed/)
  expect(events.facts.map(({ kind }) => kind)).toEqual(['drill.planned', 'drill.skipped'])
})
