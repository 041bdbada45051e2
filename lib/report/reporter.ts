import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from '@playwright/test/reporter'
import { readVariable } from '../system/environment.ts'
import { messageOf } from '../system/file-error.ts'
import { lineWriter, writeText } from '../output/print.ts'
import { redactError, redactDeep } from '../output/redaction.ts'
import { formatDuration } from '../system/quantity.ts'
import type { DrillResult, Verdict } from '../verdict/result.ts'
import { findContradictions, type TestClaim } from './claims.ts'
import { renderPlaces } from './ranking/words.ts'
import { pointLatestAt, writeResults } from './results.ts'
import { renderDrills } from './terminal.ts'

interface Options {
  /** Prints a text of one or more lines. */
  say?: (text: string) => void
  /** The folder of the run's facts; that in `MESHDRILL_RUN_DIR` if there is none. */
  runFolder?: string
}

/**
 * Prints how the drills go, and ends the run with their verdict. A test names its drills with annotations of type `drill`
 * (the description is the id). A control adds one of type `verdict`, with the verdict that it wants instead of a pass.
 */
export default class DrillReporter implements Reporter {
  readonly #say: (text: string) => void
  readonly #runFolder: string | null
  #suite: Suite | null = null
  #failedToRun = false
  readonly #output = lineWriter('stdout')
  readonly #complaints = lineWriter('stderr')

  /** Playwright gives the options of its configuration, and some of its own. */
  constructor({ say, runFolder }: Options = {}) {
    this.#say =
      say ??
      ((text) => {
        writeText('stdout', text)
      })
    this.#runFolder = runFolder ?? readVariable(process.env, 'MESHDRILL_RUN_DIR')
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite
  }

  onTestBegin(test: TestCase): void {
    this.#say(`\n${name(test)}`)
  }

  onStepBegin(_test: TestCase, _result: TestResult, step: TestStep): void {
    if (isDrillStep(step)) this.#say(`${indent(step)}… ${step.title}`)
  }

  onStepEnd(_test: TestCase, _result: TestResult, step: TestStep): void {
    redactReported(step)
    if (!isDrillStep(step)) return
    this.#say(`${indent(step)}${step.error ? '✗' : '✓'} ${step.title} (${formatDuration(step.duration)})`)
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    redactReported(result)
    this.#say(`  ${result.status}: ${name(test)} (${formatDuration(result.duration)})`)
    for (const { description } of result.status === 'skipped' ? test.annotations : [])
      this.#say(`    ${description ?? ''}`)
    for (const error of result.errors) this.onError(error)
  }

  onError(error: TestError): void {
    redactError(error)
    for (const line of (error.message ?? error.value ?? '').split('\n')) this.#say(`    ${line}`)
  }

  onStdOut(chunk: string | Buffer): void {
    this.#output.write(chunk.toString())
  }

  onStdErr(chunk: string | Buffer): void {
    this.#complaints.write(chunk.toString())
  }

  onEnd(result: FullResult): Promise<{ status?: FullResult['status'] }> {
    this.#output.end()
    this.#complaints.end()
    const tests = this.#suite?.allTests() ?? []
    const drills = this.#write(tests)
    // A test that failed may have ended before it named its drill.
    const all = findContradictions(tests.map(readClaim), drills)
    const contradictions = result.status === 'passed' ? all : all.filter(({ title }) => title !== null)
    for (const { reason } of contradictions) this.#say(`contradiction: ${reason}`)
    const repeated = tests.filter((test) => test.outcome() === 'flaky')
    for (const test of repeated) this.#say(`failed: "${name(test)}" passed only when it was tried again`)
    const refuted = new Set(contradictions.map(({ title }) => title))
    const passed = tests.filter((test) => hasPassed(test) && !refuted.has(name(test))).length
    const skipped = tests.filter((test) => test.outcome() === 'skipped').length
    this.#say(`\n${passed} passed, ${tests.length - passed - skipped} failed, ${skipped} skipped`)
    const sound = contradictions.length === 0 && repeated.length === 0 && !this.#failedToRun
    return Promise.resolve(sound || result.status !== 'passed' ? {} : { status: 'failed' })
  }

  printsToStdio(): boolean {
    return true
  }

  /** Writes the results of the run; empty if there is nothing to judge. */
  #write(tests: TestCase[]): DrillResult[] {
    const runFolder = this.#runFolder
    if (runFolder === null) return []
    if (!existsSync(join(runFolder, 'events.jsonl'))) {
      this.#failedToRun = tests.some(hasPassed)
      this.#say(`\nnothing was recorded in "${runFolder}"`)
      return []
    }
    try {
      const { drills, ranking } = writeResults(runFolder, (sentence) => {
        this.#say(`\nwarning: ${sentence}`)
      })
      const unlinked = pointLatestAt(runFolder)
      if (unlinked !== null) this.#say(`\nwarning: ${unlinked}`)
      const tables = [renderDrills(drills), renderPlaces(ranking)].filter((table) => table !== '')
      this.#say(`\n${tables.join('\n\n')}\n\nreport: ${resolve(runFolder, 'report.html')}`)
      return drills
    } catch (error) {
      // A run that cannot be judged has not passed.
      this.#failedToRun = true
      this.#say(`\nthe run in "${runFolder}" could not be judged: ${messageOf(error)}`)
      return []
    }
  }
}

function readClaim(test: TestCase): TestClaim {
  const annotations = [...test.annotations, ...test.results.flatMap((result) => result.annotations)]
  const of = (type: string) => annotations.flatMap((each) => (each.type === type ? [each.description ?? ''] : []))
  const wanted = (of('verdict')[0] ?? 'pass') as Verdict
  return { title: name(test), passed: hasPassed(test), drills: [...new Set(of('drill'))], wanted }
}

function hasPassed(test: TestCase): boolean {
  return test.outcome() === 'expected'
}

function name(test: TestCase): string {
  const [, project, ...path] = test.titlePath()
  return [project, ...path].filter((part) => part !== '' && part !== undefined).join(' › ')
}

function isDrillStep(step: TestStep): boolean {
  return step.category === 'test.step'
}

function indent(step: TestStep): string {
  let depth = 1
  for (let parent = step.parent; parent; parent = parent.parent) if (isDrillStep(parent)) depth++
  return '  '.repeat(depth)
}

/** The fields of Playwright's reports of a test or a step that can hold text from outside. */
interface Reported {
  error?: object | undefined
  errors?: object[]
  annotations?: { description?: string }[]
  stdout?: (string | Buffer)[]
  stderr?: (string | Buffer)[]
}

/** Removes secrets in place. Playwright gives the same objects to later reporters, which write them to files. */
export function redactReported(reported: Reported): void {
  redactError(reported.error)
  reported.errors?.forEach((error) => redactError(error))
  for (const annotation of reported.annotations ?? []) Object.assign(annotation, redactDeep({ ...annotation }))
  for (const chunks of [reported.stdout, reported.stderr])
    chunks?.forEach((chunk, index) => (chunks[index] = redactDeep(chunk.toString())))
}
