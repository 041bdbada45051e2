import { expect, test } from '@playwright/test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, findTaken } from '../../../lib/config/config.ts'
import { applyConfigFile } from '../../../lib/config/file.ts'
import { configJsonSchema } from '../../../lib/config/schema.ts'
import { newFolder } from '../in-folder.ts'
import { playwright } from '../runner/suite.ts'

/** Applies a file with this text to an environment. */
async function apply(text: string, environment: Record<string, string> = {}) {
  const folder = newFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'meshdrill.config.ts'), text)
  const env: NodeJS.ProcessEnv = { MESHDRILL_CLUSTER: 'embedded', ...environment }
  const lines: string[] = []
  const error = await applyConfigFile(env, folder, (line) => lines.push(line)).then(
    () => null,
    (failure: unknown) => (failure as Error).message,
  )
  return { env, lines, error }
}

const exported = (config: object): string => `export default ${JSON.stringify(config)}`

test('values of the configuration file are read like those of variables', async () => {
  const config = {
    ...{ repetitions: 3, keep: true, rto: '90s', mesh: ['istio'], workload: 'ledger', volumeMib: 2 },
    ...{ loadParallelism: 2, loadNodes: { pool: 'clients' } },
  }
  const { env, error, lines } = await apply(exported(config))
  expect(error).toBeNull()
  expect(lines).toEqual([])
  expect(readConfig(env)).toMatchObject({
    ...{ repetitions: 3, keep: true, rtoMs: 90_000, meshes: ['istio'], workloads: ['ledger'], volumeBytes: 2 << 20 },
    ...{ loadParallelism: 2, loadNodes: { pool: 'clients' } },
  })
})

test('a variable overrides the configuration file, and the run reports it once, without the value', async () => {
  const { env, lines } = await apply(exported({ repetitions: 3, seed: 7 }), { MESHDRILL_REPETITIONS: '5' })
  expect(readConfig(env)).toMatchObject({ repetitions: 5, seed: 7 })
  expect(lines).toEqual(['MESHDRILL_REPETITIONS overrides repetitions of meshdrill.config.ts'])
  expect((await apply(exported({ seed: 7 }), { MESHDRILL_SEED: '7' })).lines).toEqual([])
})

test('a process that another one started does not read the configuration file again', async () => {
  const { env } = await apply(exported({ seed: 7 }), { MESHDRILL_FROM_FILE: '' })
  expect(env.MESHDRILL_SEED).toBeUndefined()
})

test('every wrong key and value of the configuration file is reported at once, and nothing is changed', async () => {
  const wrong = {
    repetition: 2,
    mesh: ['istyo'],
    MESHDRILL_SEED: 3,
    loadRps: '4',
    keep: 'yes',
    loadNodes: 4,
    rto: '90',
  }
  const { env, error } = await apply(exported({ ...wrong, seed: 5 }))
  for (const text of [
    'meshdrill.config.ts is not valid:',
    'repetition: is not known; the nearest is repetitions',
    'mesh: "istyo" is not known; one of istio',
    'MESHDRILL_SEED: is not known; the nearest is seed',
    'loadRps: "4" is not a whole number from 1 to 1000',
    'keep: "yes" is not known',
    'loadNodes: "4" is not labels',
    'rto: "90" is not a duration',
  ])
    expect(error).toContain(text)
  expect(env).toEqual({ MESHDRILL_CLUSTER: 'embedded' })
})

test('a key of the store in the configuration file is refused, and the error does not show it', async () => {
  const { error } = await apply(exported({ s3SecretKey: 'canary-secret' }))
  expect(error).toContain('s3SecretKey: the file may be committed. Next: set MESHDRILL_S3_SECRET_KEY instead')
  expect(error).not.toContain('canary')
})

test('a configuration file that does not parse, that throws, or that exports something else is an error', async () => {
  for (const [text, said] of [
    ['export default {', 'cannot be loaded: '],
    ["throw new Error('no vault')", 'cannot be loaded: no vault. Next: npx tsc'],
    ["import './missing.ts'\nexport default {}", 'cannot be loaded: '],
    ['export const config = {}', 'exports nothing as its default. Next: export default defineConfig({ … })'],
    ['export default () => ({})', 'exports a function as its default'],
    ['export default []', 'exports a list as its default'],
    ["export default 'kind'", 'exports a string as its default'],
    ['export default Promise.resolve({})', 'exports a'],
  ] as const) {
    const { env, error } = await apply(text)
    expect(error, text).toMatch(/^".*meshdrill\.config\.ts" /)
    expect(error, text).toContain(said)
    expect(env).toEqual({ MESHDRILL_CLUSTER: 'embedded' })
  }
})

test('a value without effect on the chosen cluster is an error, unless a variable chose another cluster', async () => {
  const other = await apply(exported({ cluster: 'existing', context: 'mine', seed: 7 }))
  expect(readConfig(other.env)).toMatchObject({ cluster: 'embedded', existing: null, seed: 7 })
  const { env } = await apply(exported({ cluster: 'embedded', context: 'mine' }), { MESHDRILL_CLUSTER: '' })
  expect(() => readConfig(env)).toThrow("Next: set cluster: 'existing', or remove context")
})

test('a run reads the configuration file in its folder, and so do its workers', async () => {
  test.slow()
  const folder = newFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'meshdrill.config.ts'), exported({ cluster: 'embedded', repetitions: 2 }))
  const config = join(import.meta.dirname, '../../../playwright.config.ts')
  const list = (env = {}) => playwright(folder, ['test', '--config', config, '--list'], env)
  expect((await list()).output).toContain('(round 2 of 2)')
  expect((await list({ MESHDRILL_REPETITIONS: '1' })).output).toContain('MESHDRILL_REPETITIONS overrides repetitions')
})

test('a tool, a mesh or a workload with an existing name is an error', () => {
  const names = { tool: ['velero', 'lab', 'velero'], mesh: ['istio'], workload: ['ledger', 'ledger'] }
  expect(findTaken(names)).toEqual([
    'the name "lab" of a tool is taken. Next: give the tool that was added another name',
    'the name "velero" of a tool is taken. Next: give the tool that was added another name',
    'the name "ledger" of a workload is taken. Next: give the workload that was added another name',
  ])
  expect(findTaken({ tool: ['velero'], mesh: ['istio', 'none'], workload: ['ledger'] })).toEqual([])
})

test('the JSON Schema of the configuration has the type of each key, and no key of a store', () => {
  const schema = configJsonSchema()
  expect(schema).toMatchObject({
    additionalProperties: false,
    properties: { repetitions: { type: 'integer', minimum: 1, maximum: 1000 }, matrix: { enum: ['slice', 'full'] } },
  })
  expect(JSON.stringify(schema)).not.toContain('s3SecretKey')
})
