import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pending, waitFor } from '../system/wait.ts'
import type { Route } from '../components/mesh.ts'
import { foldRepeatedLines, OUTPUT_LIMIT, shortenMiddle } from '../output/shorten.ts'
import type { LoadResult, Write } from '../record/facts.ts'
import { OUTCOMES, OUTCOMES_IN_CONTAINER, scriptInContainer, spawnContainer } from './container.ts'
import type { K6Container } from '../lab/cluster.ts'
import type { LoadOptions, RunningLoad } from './load.ts'
import { isGoodExit, K6_FLAGS, settingsOf } from './testrun/runner.ts'
import { concludeLoad, parseOutcomes, type Outcomes } from './outcomes.ts'

const STOP_TIMEOUT_MS = 5_000

export interface LocalLoadOptions extends LoadOptions {
  /** Path of the k6 binary, or the container for k6. */
  k6: string | K6Container
}

/** The end of k6. An Error if it could not be started. */
type Exit = { code: number | null; signal: NodeJS.Signals | null } | Error

interface Run {
  child: ChildProcess
  /** Ends k6 at once. */
  kill: () => void
  /** Null while it runs. */
  exit: () => Exit | null
  exited: Promise<Exit>
  outcomes: () => Promise<Outcomes>
  logFile: string
}

/** Starts the load and resolves when it has sent its first request. Throws if k6 sends none. */
export async function startLoad(options: LocalLoadOptions): Promise<RunningLoad> {
  await mkdir(options.folder, { recursive: true })
  // k6 runs in the folder, so a relative path would have a different meaning there.
  const run = await runK6({ ...options, folder: resolve(options.folder) })
  try {
    await firstRequest(run, options.route)
  } catch (error) {
    run.kill()
    throw error
  }
  let stopped: ReturnType<RunningLoad['stop']> | null = null
  return {
    writes: async () => (await run.outcomes()).writes,
    stop: () => (stopped ??= stopLoad(run)),
  }
}

async function runK6(options: LocalLoadOptions): Promise<Run> {
  const outcomesFile = join(options.folder, OUTCOMES)
  const logFile = join(options.folder, 'k6.log')
  // Remove the outcomes of an earlier load, so that they do not count for this one.
  await rm(outcomesFile, { force: true })
  const log = await open(logFile, 'w')
  try {
    const child = spawnK6(options, outcomesFile, log.fd)
    const outcomes = async () => parseOutcomes(await readIfThere(outcomesFile))
    const kill = () => child.kill(typeof options.k6 === 'string' ? 'SIGKILL' : 'SIGTERM')
    return { child, kill, ...watchExit(child, kill), outcomes, logFile }
  } finally {
    await log.close()
  }
}

/** Call it in the same tick as spawn: Node reports a failure to start in the next tick. */
function watchExit(child: ChildProcess, kill: () => void): Pick<Run, 'exit' | 'exited'> {
  process.once('exit', kill)
  let exit: Exit | null = null
  const exited = new Promise<Exit>((resolve) => {
    const end = (how: Exit) => {
      exit = how
      process.off('exit', kill)
      resolve(how)
    }
    child.once('error', end)
    child.once('exit', (code, signal) => {
      end({ code, signal })
    })
  })
  return { exit: () => exit, exited }
}

async function firstRequest({ exit, outcomes, logFile }: Run, route: Route): Promise<void> {
  const probe = async () => {
    const ended = exit()
    if (ended) throw new Error(`k6 ended before its first request: ${await describeExit(logFile, ended)}`)
    const { requests, writes } = await outcomes()
    return requests + writes.length > 0 || pending('nothing sent yet')
  }
  const options = { timeout: '20s', every: '100ms', hint: `cat ${logFile}` }
  await waitFor(`the load's first request to ${route.url}`, probe, options)
}

function spawnK6(options: LocalLoadOptions, outcomesFile: string, log: number): ChildProcess {
  const { k6, route, folder } = options
  if (typeof k6 !== 'string') {
    const at = { script: scriptInContainer(options.script), outcomes: OUTCOMES_IN_CONTAINER }
    const args = k6Arguments(options, k6.reach(route.url), at)
    return spawnContainer(k6, { args, folder, log })
  }
  // A separate environment, because K6_* variables and a configuration in the home folder would change the load.
  const env = { PATH: process.env.PATH ?? '', HOME: folder, GOMAXPROCS: '1' }
  const command = [k6, ...k6Arguments(options, route.url, { script: options.script, outcomes: outcomesFile })]
  // The kernel ends the load if this process ends in any way. A remaining load would disturb the next run.
  const [program = '', ...args] =
    process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command
  return spawn(program, args, {
    env,
    cwd: folder,
    stdio: ['ignore', log, log],
  })
}

function k6Arguments(options: LoadOptions, url: string, at: { script: string; outcomes: string }): string[] {
  const output = [`--console-output=${at.outcomes}`, '--address=']
  return ['run', '--quiet', ...K6_FLAGS, ...output, ...settingsOf(options, url), at.script]
}

async function stopLoad({
  child,
  kill,
  exit,
  exited,
  outcomes,
  logFile,
}: Run): Promise<{ load: LoadResult; writes: Write[] }> {
  const early = exit()
  child.kill('SIGINT')
  const timer = setTimeout(kill, STOP_TIMEOUT_MS)
  const end = await exited
  clearTimeout(timer)
  let error: string | null = null
  if (early) error = `k6 ended before it was stopped: ${await describeExit(logFile, end)}`
  else if (!endedWell(end)) error = `k6 ended with an error: ${await describeExit(logFile, end)}`
  return concludeLoad(outcomes, error)
}

const endedWell = (end: Exit): boolean => !(end instanceof Error) && end.code !== null && isGoodExit(end.code)

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    // k6 creates the file with its first line.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

async function describeExit(logFile: string, exit: Exit | Error): Promise<string> {
  const how =
    exit instanceof Error ? String(exit) : exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? '?'}`
  const said = shortenMiddle(foldRepeatedLines((await readIfThere(logFile)).trim()), OUTPUT_LIMIT)
  return `${how}; its log: ${said || 'empty'} (whole log: ${logFile})`
}
