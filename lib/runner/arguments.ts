/** The options of Playwright's command line on which meshdrill's configuration depends. */
export interface RunnerArguments {
  /** False if the command runs no drill: it lists them, or it is about reports. Such a command leaves no results. */
  runs: boolean
  /** True if the user names the tests to run: by `-g`, by a list, or by the file of a drill, with or without a line. */
  namesTests: boolean
  /** True with `--last-failed`, unless the command names the file or folder of the last run. */
  lastFailed: boolean
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
    lastFailed: has('--last-failed') && !has('--last-failed-file', '--output'),
    setsUpLab: !has('--no-deps'),
    namesOutput: has('--output'),
  }
}

/** A shorter text is more likely the value of an option. */
const SHORTEST_FILTER = 4

/** Playwright runs the files whose path matches an argument. The argument may end with a line and a column. */
function namesDrill(argument: string, drills: readonly string[]): boolean {
  const [filter = ''] = argument.split(/(?::\d+)+$/)
  return filter.length >= SHORTEST_FILTER && !filter.startsWith('-') && drills.some((path) => path.includes(filter))
}
