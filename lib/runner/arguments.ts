import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Playwright's list of a run's failed tests, in the folder of its artifacts. */
const FILE = '.last-run.json'

/** Folder of Playwright's artifacts in the folder of a run. */
export const artifactsOf = (runFolder: string): string => join(runFolder, 'playwright')

/**
 * Finds that file of the newest run that ran a test. Playwright looks for it in the new run's output folder only. Throws if
 * there is no such run, or if all its tests passed.
 */
export function findLastRun(results: string): string {
  const runs = existsSync(results) ? readdirSync(results) : []
  const files = runs.map((run) => join(artifactsOf(join(results, run)), FILE)).filter((file) => existsSync(file))
  const newestFirst = files.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
  for (const file of newestFirst) {
    const { status, failedTests } = JSON.parse(readFileSync(file, 'utf8')) as { status: string; failedTests: string[] }
    if (failedTests.length > 0) return file
    if (status === 'passed')
      throw new Error(`--last-failed: no test of the last run failed ("${file}"). Next: npx playwright test`)
    // A run that was refused or interrupted before its first test has no results.
  }
  throw new Error(`--last-failed: no earlier run in "${results}" ran a test. Next: npx playwright test`)
}

/** Copies the file to the place where Playwright reads it for a new run. */
export function adoptLastRun(file: string, runFolder: string): void {
  const adopted = join(artifactsOf(runFolder), FILE)
  mkdirSync(dirname(adopted), { recursive: true })
  copyFileSync(file, adopted)
}

/**
 * Variable with the part of the matrix, `slice` or `full`, that a run of the default projects declares. The workers inherit it. It
 * is unset if other projects can run: then the specs declare all rows.
 */
export const DECLARED_ROWS = 'MESHDRILL_DECLARED_ROWS'

/** The options of Playwright's command line on which meshdrill's configuration depends. */
interface RunnerArguments {
  /** False if the command runs no drill, but lists drills or works on reports. Such a command creates no results. */
  runs: boolean
  /** True if the user names the tests to run: by `-g`, by a list, or by the file of a drill, with or without a line. */
  namesTests: boolean
  /** True with `--last-failed`, unless the command names the file or folder of the last run. */
  lastFailed: boolean
  /** True if the command runs or lists the tests of the default projects only. In UI mode a user can choose others. */
  staysInDefaultProjects: boolean
  /** False with `--no-deps`: no project sets up the lab. */
  setsUpLab: boolean
  /** True if the user names a folder for artifacts. Playwright empties that folder before a run. */
  namesOutput: boolean
}

/** Playwright's commands that load the configuration and run nothing. */
const WITHOUT_RUN = ['merge-reports', 'show-report', 'clear-cache', 'init-agents', 'init-skills']

/**
 * Reads `process.argv` of the runner. A worker's `argv` has no options; workers are configured by the environment.
 * `drills`: paths of the drills' specs.
 */
export function readArguments(argv: readonly string[], drills: readonly string[] = []): RunnerArguments {
  const [, , command = '', ...rest] = argv
  const end = rest.indexOf('--')
  const options = end === -1 ? rest : rest.slice(0, end)
  const has = (...names: string[]): boolean =>
    options.some((option) => names.some((name) => option === name || option.startsWith(`${name}=`)))
  return {
    runs: !WITHOUT_RUN.includes(command) && !has('--list'),
    // Short options can be combined, and a value can follow without a space: -g, -gtitle, -xg.
    namesTests:
      has('--grep', '--test-list') ||
      options.some((option) => /^-x*g/.test(option)) ||
      rest.some((argument) => namesDrill(argument, drills)),
    staysInDefaultProjects: command === 'test' && !has('--project', '--ui', '--ui-host', '--ui-port'),
    lastFailed: has('--last-failed') && !has('--last-failed-file', '--output'),
    setsUpLab: !has('--no-deps'),
    namesOutput: has('--output'),
  }
}

/** A shorter text is more likely the value of an option. */
const SHORTEST_FILTER = 4

/** True if an argument selects the file of a drill. The argument may end with a line and a column. */
function namesDrill(argument: string, drills: readonly string[]): boolean {
  const [filter = ''] = argument.split(/(?::\d+)+$/)
  return filter.length >= SHORTEST_FILTER && !filter.startsWith('-') && drills.some((path) => path.includes(filter))
}

/** The run that Playwright resolved from its configuration, options and environment. */
interface ResolvedRun {
  /** Number of tests that run at the same time. */
  workers: number
  argv: readonly string[]
  /** Projects that run. */
  filteredProjects: readonly { name: string; dependencies: readonly string[] }[]
}

/** Throws, before any change, if no drill can be measured with these options. */
export function refuseRun({ workers, argv, filteredProjects }: ResolvedRun): void {
  if (workers > 1)
    throw new Error(
      `${workers} workers: drills run one at a time, because two at a time would measure each other. Next: the same command without --workers or -j`,
    )
  const standsOnLab = filteredProjects.some(({ dependencies }) => dependencies.length > 0)
  if (standsOnLab && !readArguments(argv).setsUpLab)
    throw new Error(
      '--no-deps: no project would set up the lab that the drills need. Next: the same command without --no-deps; a lab that MESHDRILL_KEEP=1 left is found in seconds',
    )
}
