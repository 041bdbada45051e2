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
import { cacheFolder, readVariable } from '../system/environment.ts'
import { messageOf } from '../system/file-error.ts'
import { lineWriter, writeText } from '../output/print.ts'
import { findTerminal, type Terminal } from '../output/screen.ts'
import { redactError, redactDeep } from '../output/redaction.ts'
import { formatDuration } from '../system/quantity.ts'
import type { DrillResult, Verdict } from '../verdict/result.ts'
import { findContradictions, type TestClaim } from './claims.ts'
import { LiveView } from './live/live.ts'
import { readUsualDurations, type UsualDurations } from './live/usual.ts'
import { renderPlaces } from './ranking/words.ts'
import { pointLatestAt, writeResults } from './results.ts'
import { renderDrills } from './terminal.ts'

interface Options {
  /** Prints a text of one or more lines. */
  say?: (text: string) => void
  /** The folder of the run's facts; that in `MESHDRILL_RUN_DIR` if there is none. */
  runFolder?: string
  /** Where the live view is drawn; the terminal by default, null for plain lines. */
  terminal?: Terminal | null
  /** The file in which the usual durations are kept; one in the user's cache folder by default. */
  usual?: string
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
  readonly #usual: UsualDurations
  /** Keys of the durations of the steps that run, and how many steps each test has begun. */
  readonly #stepKeys = new WeakMap<TestStep, string>()
  readonly #stepsBegun = new WeakMap<TestResult, number>()
  readonly #live: LiveView | null
  readonly #output: ReturnType<typeof lineWriter>
  readonly #complaints: ReturnType<typeof lineWriter>

  /** Playwright gives the options of its configuration, and some of its own. */
  constructor({ say, runFolder, terminal, usual }: Options = {}) {
    this.#runFolder = runFolder ?? readVariable(process.env, 'MESHDRILL_RUN_DIR')
    this.#usual = readUsualDurations(usual ?? join(cacheFolder(), 'usual-durations.json'))
    const screen = terminal === undefined && say === undefined ? findTerminal() : (terminal ?? null)
    const events = this.#runFolder === null ? null : join(this.#runFolder, 'events.jsonl')
    const live = screen === null || events === null ? null : new LiveView({ terminal: screen, events })
    this.#live = live
    this.#say =
      say ??
      ((text) => {
        if (live === null) writeText('stdout', text)
        else live.print(text)
      })
    this.#output = lineWriter(
      'stdout',
      live === null
        ? undefined
        : (text) => {
            for (const line of text.split('\n')) live.log(line)
          },
    )
    this.#complaints = lineWriter(
      'stderr',
      live === null
        ? undefined
        : (text) => {
            live.print(text)
          },
    )
  }

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#suite = suite
    this.#live?.begin(new Map(suite.allTests().map((test) => [name(test), this.#usual.of(name(test))])))
  }

  onTestBegin(test: TestCase): void {
    if (this.#live) this.#live.beginDrill(name(test))
    else this.#say(`\n${name(test)}${describeUsual(this.#usual.of(name(test)))}`)
  }

  onStepBegin(test: TestCase, result: TestResult, step: TestStep): void {
    if (!isDrillStep(step)) return
    const position = this.#stepsBegun.get(result) ?? 0
    this.#stepsBegun.set(result, position + 1)
    const key = `${name(test)} › ${position}`
    this.#stepKeys.set(step, key)
    const usualMs = this.#usual.of(key)
    if (this.#live) this.#live.beginStep(step.title, usualMs)
    else this.#say(`${indent(step)}… ${step.title}${describeUsual(usualMs)}`)
  }

  onStepEnd(_test: TestCase, _result: TestResult, step: TestStep): void {
    redactReported(step)
    if (!isDrillStep(step)) return
    const key = this.#stepKeys.get(step)
    if (key !== undefined && !step.error) this.#usual.add(key, step.duration)
    if (this.#live) this.#live.endStep()
    else this.#say(`${indent(step)}${step.error ? '✗' : '✓'} ${step.title} (${formatDuration(step.duration)})`)
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    redactReported(result)
    const line = `${result.status}: ${name(test)} (${formatDuration(result.duration)})`
    if (result.status === 'passed') this.#usual.add(name(test), result.duration)
    if (this.#live) this.#live.endDrill({ failed: result.status === 'failed' || result.status === 'timedOut', line })
    else this.#say(`  ${line}`)
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
    this.#live?.close()
    const unsaved = this.#runFolder === null ? null : this.#usual.save()
    if (unsaved !== null) this.#say(`warning: ${unsaved}`)
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

/** ' (usually 12 s)'; nothing if no earlier run shows it, or if it is over at once. */
const describeUsual = (usualMs: number | null): string =>
  usualMs === null || usualMs < 1000 ? '' : ` (usually ${formatDuration(Math.round(usualMs / 1000) * 1000)})`

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
