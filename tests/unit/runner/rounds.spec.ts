import { expect, test } from '@playwright/test'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileProgram } from '../../../lib/system/compile.ts'
import { findCompiled } from '../../../lib/system/compiled.js'
import { newFolder } from '../in-folder.ts'
import { playwright } from './suite.ts'

// Each test runs Playwright as a process.
test.slow()

const fixtures = fileURLToPath(new URL('../../../fixtures/test.ts', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

// Each worker loads the fixtures: compiled, they take less CPU time.
test.beforeAll(() => compileProgram(fixtures))

/** Two specs that note each test that runs, with the tests of two rounds in each: drills without a lab. */
function makeSpecs() {
  const folder = newFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const tests = join(folder, 'tests')
  mkdirSync(tests)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const diary = join(folder, 'diary')
  writeFileSync(diary, '')
  for (const name of ['a', 'b'])
    writeFileSync(
      join(tests, `${name}.spec.ts`),
      `import { appendFileSync } from 'node:fs'
import { testOfRound } from ${JSON.stringify(findCompiled(fixtures))}
for (const round of [0, 1])
  for (const row of ['x', 'y']) {
    const test = testOfRound(round)
    test(\`\${row} \${round}\`, ({ repetition }, info) => {
      appendFileSync(${JSON.stringify(diary)}, \`\${repetition} ${name} \${row}\\n\`)
      if (row === 'x') throw new Error('a drill that fails ends its worker')
    })
  }
`,
    )
  writeFileSync(
    join(folder, 'playwright.config.ts'),
    "export default { testDir: 'tests', workers: 1, fullyParallel: true, reporter: 'list', outputDir: 'out' }",
  )
  return {
    run: (...args: string[]) => playwright(folder, ['test', ...args]),
    diary: () => readFileSync(diary, 'utf8').trim().split('\n'),
  }
}

test('all files of a round are drilled before the next round starts, though each file declares both rounds', async () => {
  const { run, diary } = makeSpecs()
  const { output } = await run()
  expect(diary(), output).toEqual(['0 a x', '0 a y', '0 b x', '0 b y', '1 a x', '1 a y', '1 b x', '1 b y'])
})

test('a shard runs whole rounds if there are as many rounds as shards, and half of the rows if there is one round', async () => {
  const { run, diary } = makeSpecs()
  await run('--shard=2/2')
  expect(diary()).toEqual(['1 a x', '1 a y', '1 b x', '1 b y'])
  const one = makeSpecs()
  await one.run('--shard=1/2', '-g', ' 0$')
  expect(one.diary()).toEqual(['0 a x', '0 a y'])
})
