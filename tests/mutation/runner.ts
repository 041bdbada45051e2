import { readFileSync, writeFileSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
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
import { messageOf } from '../../lib/system/file-error.ts'
import { filesOf, groups, list, type GroupName } from './groups.ts'
import { endFixtures, loadSpec, type LoadedSpec } from './playwright.ts'

/**
 * Runs the unit tests of what is pure in Stryker's own process: each mutant is tried in milliseconds and against the tests that
 * reach it, and not against a new Playwright each time.
 */
const group = groups[process.env.MUTATION_GROUP as GroupName]
const unitFolder = 'tests/unit'

/** Where processes that start later find what the first run without a mutant showed: in the sandbox, which goes with the run. */
const shownFile = 'mutation-shown.json'
/** A place that is reached so often in a test is in an endless loop; so many times take a second at most. */
const loops = { least: 100_000, factor: 10 }
const quickMs = 100
/** Tests that take longer are not tried: what they alone would notice survives. */
const longestMs = 2000

interface RunnableTest {
  id: string
  body: LoadedSpec['tests'][number]['body']
  spec: LoadedSpec
  shown: Shown
}

/** What a test did without a mutant. */
interface Shown {
  tookMs: number
  /** How often it reached each mutant's place. */
  hits: Record<string, number>
}

function createRunner(): TestRunner {
  let tests: RunnableTest[] | null = null
  /** The quick tests that noticed the last mutants, the last one first. */
  let noticed: string[] = []
  /** First those that noticed what was changed beside this place, then the quick ones: most mutants are noticed by many. */
  const orderOf = ({ id, shown }: RunnableTest): number =>
    noticed.includes(id) ? noticed.indexOf(id) - noticed.length : shown.tookMs
  const context = globalThis as unknown as Record<string, InstrumenterContext>
  const stryker = (context[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {})

  return {
    // What ran when the modules were loaded is never tried, so that the same process does for each mutant.
    capabilities: () => ({ reloadEnvironment: true }),
    async dryRun() {
      tests = await loadTests((file) => (stryker.currentTestId = file))
      const results: TestResult[] = []
      for (const { file, setUp } of specsOf(tests)) {
        stryker.currentTestId = file
        for (const step of setUp) await step({})
      }
      for (const test of tests) {
        stryker.currentTestId = test.id
        const result = await run(test)
        test.shown.tookMs = result.timeSpentMs
        results.push(result)
      }
      delete stryker.currentTestId
      const { mutantCoverage } = stryker
      if (!mutantCoverage) return { status: DryRunStatus.Error, errorMessage: 'no test reached a mutant' }
      mutantCoverage.perTest = shareSetUps(tests, mutantCoverage.perTest)
      for (const { id, shown } of tests) shown.hits = mutantCoverage.perTest[id] ?? {}
      writeFileSync(shownFile, JSON.stringify(Object.fromEntries(tests.map(({ id, shown }) => [id, shown]))))
      return { status: DryRunStatus.Complete, tests: results, mutantCoverage }
    },
    async mutantRun({ activeMutant, testFilter, disableBail }) {
      tests ??= recall(await loadTests())
      const short = tests.filter(({ shown }) => shown.tookMs < longestMs)
      const chosen = testFilter ? short.filter(({ id }) => testFilter.includes(id)) : short
      const waiting = new Set(specsOf(chosen))
      const results: TestResult[] = []
      stryker.activeMutant = activeMutant.id
      for (const test of chosen.toSorted((one, other) => orderOf(one) - orderOf(other))) {
        stryker.hitCount = 0
        stryker.hitLimit = Math.max(loops.least, loops.factor * (test.shown.hits[activeMutant.id] ?? 0))
        const setUp = waiting.delete(test.spec) ? test.spec.setUp : []
        results.push(await run(test, setUp))
        const looped = determineHitLimitReached(stryker.hitCount, stryker.hitLimit)
        if (looped) return toMutantRunResult(looped)
        if (results.at(-1)?.status === TestStatus.Failed) {
          if (test.shown.tookMs < quickMs) noticed = [test.id, ...noticed.filter((id) => id !== test.id)].slice(0, 30)
          if (!disableBail) break
        }
      }
      return toMutantRunResult({ status: DryRunStatus.Complete, tests: results })
    },
    dispose: endFixtures,
  }
}

/** The tests in a process that did not see the run without a mutant. */
function recall(tests: RunnableTest[]): RunnableTest[] {
  const all = JSON.parse(readFileSync(shownFile, 'utf8')) as Record<string, Shown>
  return tests.map((test) => ({ ...test, shown: all[test.id] ?? test.shown }))
}

const specsOf = (tests: RunnableTest[]): Set<LoadedSpec> => new Set(tests.map(({ spec }) => spec))

/** What a spec sets up is reached by each of its tests; it was measured under the spec's name. */
function shareSetUps(tests: RunnableTest[], perTest: CoveragePerTestId): CoveragePerTestId {
  return Object.fromEntries(tests.map(({ id, spec }) => [id, { ...perTest[spec.file], ...perTest[id] }]))
}

/**
 * Loaded without a mutant. The mutated modules come first, so that what they run then is seen as no test's; what a spec calls
 * when it is loaded is of that spec.
 */
async function loadTests(begin: (spec: string) => void = () => undefined): Promise<RunnableTest[]> {
  const standIn = JSON.stringify(import.meta.resolve('./playwright.ts'))
  const hook = `export const resolve = (name, context, next) =>
    name === '@playwright/test' ? { url: ${standIn}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
  for (const file of filesOf(group)) await import(urlOf('lib', file))
  const tests: RunnableTest[] = []
  for (const file of list(unitFolder).filter((path) => path.endsWith('.spec.ts') && group.specs.test(path))) {
    const url = urlOf(unitFolder, file)
    begin(url)
    const spec = await loadSpec(url)
    tests.push(
      ...spec.tests.map(({ name, body }) => ({ id: `${file} › ${name}`, body, spec, shown: { tookMs: 0, hits: {} } })),
    )
  }
  return tests
}

/** The working directory is the sandbox, where the mutants are; but only once this module is loaded. */
const urlOf = (folder: string, file: string): string => pathToFileURL(join(folder, file)).href

/** `setUp` is what its spec needs done before. */
async function run({ id, body }: RunnableTest, setUp: LoadedSpec['setUp'] = []): Promise<TestResult> {
  const began = performance.now()
  try {
    for (const step of setUp) await step({})
    await body({})
    return { id, name: id, timeSpentMs: performance.now() - began, status: TestStatus.Success }
  } catch (error) {
    return describeFailure(id, performance.now() - began, error)
  }
}

function describeFailure(id: string, timeSpentMs: number, error: unknown): TestResult {
  const failureMessage = messageOf(error)
  return { id, name: id, timeSpentMs, status: TestStatus.Failed, failureMessage }
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'specs', createRunner)]
