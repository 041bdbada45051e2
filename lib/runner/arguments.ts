/** What the command line asks of Playwright, as far as meshdrill's configuration depends on it. */
export interface RunnerArguments {
  /** False if the command runs no drill: it lists them, or it is about reports. Such a command leaves no results. */
  runs: boolean
  /** True if the user names the tests to run, by `-g` or by a list. */
  namesTests: boolean
  /** True if only the failed tests of the last run are wanted, and Playwright is not told from which file. */
  lastFailed: boolean
  /** False with `--no-deps`: no project sets up the lab. */
  setsUpLab: boolean
  /** True if the user names a folder for artifacts. Playwright empties that folder before a run. */
  namesOutput: boolean
  /** Families whose file in `tests/drills` is named in place of a spec. */
  families: string[]
}

/** Playwright's commands that load the configuration and run nothing. */
const WITHOUT_RUN = ['merge-reports', 'show-report', 'clear-cache', 'init-agents', 'init-skills']

/** Reads `process.argv` of the runner. A worker's holds none of the options: a worker is told by its environment. */
export function readArguments(argv: readonly string[]): RunnerArguments {
  const [, , command = '', ...rest] = argv
  const end = rest.indexOf('--')
  const options = end === -1 ? rest : rest.slice(0, end)
  const has = (...names: string[]): boolean =>
    options.some((option) => names.some((name) => option === name || option.startsWith(`${name}=`)))
  return {
    runs: !WITHOUT_RUN.includes(command) && !has('--list'),
    // Short options stand together, and their value may follow at once: -g, -gtitle, -xg.
    namesTests: has('--grep', '--test-list') || options.some((option) => /^-x*g/.test(option)),
    lastFailed: has('--last-failed') && !has('--last-failed-file', '--output'),
    setsUpLab: !has('--no-deps'),
    namesOutput: has('--output'),
    families: options.flatMap((option) => /(?:^|\/)drills\/([\w-]+)\.ts(?::\d+)*$/.exec(option)?.[1] ?? []),
  }
}
