import { readdirSync } from 'node:fs'
import { register } from 'node:module'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CoveragePerTestId, INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core'
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  determineHitLimitReached,
  DryRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { loadSpec, type LoadedSpec } from './playwright.ts'

/**
 * Runs the unit tests of what is pure in Stryker's own process: each mutant is tried in milliseconds and against the tests that
 * reach it, and not against a new Playwright each time.
 */
const specs = new RegExp(
  process.env.MUTATION_SPECS ??
    '^(verdict-.*|simulation-damage|ledger-compare|ledger-rollback|files-compare)[.]spec[.]ts$',
)
const unitFolder = 'tests/unit'
const mutatedFolders = ['lib/verdict', 'lib/workloads/ledger', 'lib/workloads/files']

interface RunnableTest {
  id: string
  body: LoadedSpec['tests'][number]['body']
  spec: LoadedSpec
  /** How long it took the last time; the quick ones go first. */
  tookMs: number
}

function createRunner(): TestRunner {
  let tests: RunnableTest[] | null = null
  const context = globalThis as unknown as Record<string, InstrumenterContext>
  const stryker = (context[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {})

  return {
    // What ran when the modules were loaded can only be tried in a new process.
    capabilities: () => ({ reloadEnvironment: false }),
    async dryRun() {
      tests ??= await loadTests((file) => (stryker.currentTestId = file))
      const results: TestResult[] = []
      for (const { file, setUp } of specsOf(tests)) {
        stryker.currentTestId = file
        for (const step of setUp) await step({})
      }
      for (const test of tests) {
        stryker.currentTestId = test.id
        results.push(await run(test))
      }
      delete stryker.currentTestId
      const { mutantCoverage } = stryker
      if (!mutantCoverage) return { status: DryRunStatus.Error, errorMessage: 'no test reached a mutant' }
      mutantCoverage.perTest = shareSetUps(tests, mutantCoverage.perTest)
      tests.sort((one, other) => one.tookMs - other.tookMs)
      return { status: DryRunStatus.Complete, tests: results, mutantCoverage }
    },
    async mutantRun({ activeMutant, testFilter, hitLimit, disableBail }) {
      Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 })
      const results: TestResult[] = []
      try {
        tests ??= await loadTests()
        const chosen = testFilter ? tests.filter(({ id }) => testFilter.includes(id)) : tests
        const waiting = new Set(specsOf(chosen))
        for (const test of chosen) {
          if (waiting.delete(test.spec)) for (const step of test.spec.setUp) await step({})
          results.push(await run(test))
          if (results.at(-1)?.status === TestStatus.Failed && !disableBail) break
        }
      } catch (error) {
        results.push(describeFailure('loading and setting up', 0, error))
      }
      const looped = determineHitLimitReached(stryker.hitCount, stryker.hitLimit)
      return toMutantRunResult(looped ?? { status: DryRunStatus.Complete, tests: results })
    },
  }
}

const specsOf = (tests: RunnableTest[]): Set<LoadedSpec> => new Set(tests.map(({ spec }) => spec))

/** What a spec sets up is reached by each of its tests; it was measured under the spec's name. */
function shareSetUps(tests: RunnableTest[], perTest: CoveragePerTestId): CoveragePerTestId {
  return Object.fromEntries(tests.map(({ id, spec }) => [id, { ...perTest[spec.file], ...perTest[id] }]))
}

/**
 * What runs when a mutated module is loaded can only be tried in a new process, and must be seen to; so these are loaded first.
 * What a spec calls when it is loaded is of that spec, and keeps what it was without a mutant.
 */
async function loadTests(begin: (spec: string) => void = () => undefined): Promise<RunnableTest[]> {
  const standIn = JSON.stringify(import.meta.resolve('./playwright.ts'))
  const hook = `export const resolve = (name, context, next) =>
    name === '@playwright/test' ? { url: ${standIn}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
  for (const folder of mutatedFolders) for (const file of list(folder)) await import(urlOf(folder, file))
  const tests: RunnableTest[] = []
  for (const file of list(unitFolder).filter((path) => specs.test(basename(path)))) {
    const url = urlOf(unitFolder, file)
    begin(url)
    const spec = await loadSpec(url)
    tests.push(...spec.tests.map(({ name, body }) => ({ id: `${file} › ${name}`, body, spec, tookMs: 0 })))
  }
  return tests
}

/** The working directory is the sandbox, where the mutants are; but only once this module is loaded. */
const urlOf = (folder: string, file: string): string => pathToFileURL(join(folder, file)).href

const list = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()

async function run(test: RunnableTest): Promise<TestResult> {
  const { id, body } = test
  const began = performance.now()
  try {
    await body({})
    test.tookMs = performance.now() - began
    return { id, name: id, timeSpentMs: test.tookMs, status: TestStatus.Success }
  } catch (error) {
    return describeFailure(id, performance.now() - began, error)
  }
}

function describeFailure(id: string, timeSpentMs: number, error: unknown): TestResult {
  const failureMessage = error instanceof Error ? error.message : String(error)
  return { id, name: id, timeSpentMs, status: TestStatus.Failed, failureMessage }
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'specs', createRunner)]
