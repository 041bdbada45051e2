import { cacheFolder } from '../../../system/environment.ts'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findCached, makeCached } from './cache.ts'
import type { CacheEntry } from './cache.ts'
import type { GoProgram } from '../../../lab/built.ts'
import { allPrograms, programOf } from './programs.ts'
import type { BinaryName } from './programs.ts'
import { buildKey, goBuild, goEnvironment } from './go.ts'
import type { BuildProgress } from './go.ts'
import { readPace, renderBar, type Pace } from './pace.ts'
import { formatDuration } from '../../../system/quantity.ts'
import { takeLock } from '../../../system/lock.ts'

/** Programs that are in the cache or being built. */
export interface Toolchain {
  /** Path of a program. Resolves when it is built. A program that was not wanted at the start is built now. Errors: its build failed. */
  binary(name: BinaryName): Promise<string>
  /** Resolves when all wanted programs are built. Errors: the first failed build. */
  done(): Promise<void>
  /** Stops the running build. Compiled packages stay in Go's cache. */
  stop(): Promise<void>
}

export interface ToolchainOptions {
  /** Gets each line of progress. */
  log: (line: string) => void
  /** Names of the programs to build at once. Other programs are built on first use. */
  wanted: readonly string[]
  /** Default: the user's cache folder. */
  cache?: string
  /** Default: Go. */
  builder?: Builder
}

/** Calculates the cache key of a program, and builds it. */
export interface Builder {
  key(program: GoProgram): Promise<string>
  build: typeof goBuild
}

interface Lookup {
  program: GoProgram
  entry: CacheEntry
  /** Null if the program must be built. */
  path: string | null
}

const reportEveryMs = 20_000

/** A toolchain that builds each program on first use. */
export const lazyToolchain = (options: Omit<ToolchainOptions, 'wanted'>): Pick<Toolchain, 'binary'> => ({
  binary: (name) => buildOnDemand(name, { ...options, wanted: [] }),
})

/** Names of the programs that are not in the cache. */
export async function missingBinaries(
  wanted: readonly GoProgram[],
  cache = cacheFolder(),
  builder = useGo(),
): Promise<string[]> {
  const found = await Promise.all(wanted.map((program) => lookUp(program, cache, builder, () => undefined)))
  return found.filter(({ path }) => path === null).map(({ program }) => program.name)
}

/** Starts to build the programs that are not in the cache, one at a time, in the order of `allPrograms`. */
export function startToolchain(options: ToolchainOptions): Toolchain {
  const { log, wanted, cache = cacheFolder(), builder = useGo() } = options
  const abort = new AbortController()
  wanted.forEach(programOf)
  const chosen = allPrograms.filter(({ name }) => wanted.includes(name))
  const lookups = new Map<string, Promise<Lookup>>(
    chosen.map((program) => [program.name, lookUp(program, cache, builder, log)]),
  )
  const builds = Promise.allSettled(lookups.values()).then((outcomes) => {
    const found = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    return buildInTurn(
      found.filter(({ path }) => path === null),
      { log, cache, builder, signal: abort.signal },
    )
  })

  async function binary(name: string): Promise<string> {
    const lookup = lookups.get(name)
    if (lookup === undefined) return buildOnDemand(name, options)
    const { path } = await lookup
    const built = path ?? (await (await builds).get(name))
    if (built === undefined) throw new Error(`"${name}" was neither found nor built`)
    return built
  }

  const all = chosen.map(({ name }) => binary(name))
  return {
    binary,
    done: async () => {
      await Promise.all(all)
    },
    stop: async () => {
      abort.abort(new Error('the build was stopped'))
      await Promise.allSettled(all)
    },
  }
}

async function buildOnDemand(name: string, options: ToolchainOptions): Promise<string> {
  const only = startToolchain({ ...options, wanted: [name] })
  await only.done()
  return only.binary(programOf(name).name)
}

interface BuildContext {
  log: (line: string) => void
  cache: string
  builder: Builder
  signal: AbortSignal
}

/** Builds programs one after another. A failed build does not stop the next; the error goes to those who wait for the program. */
function buildInTurn(missing: Lookup[], context: BuildContext): Map<string, Promise<string>> {
  const builds = new Map<string, Promise<string>>()
  if (missing.length === 0) return builds
  const pace = readPace(join(context.cache, 'build-pace.json'))
  const onWait = (pid: string): void => {
    context.log(`waiting for process ${pid}, which is building programs`)
  }
  const lock = takeLock(join(context.cache, 'build.lock'), { onWait, signal: context.signal })
  let turn: Promise<unknown> = lock
  for (const [index, lookup] of missing.entries()) {
    const build = turn.then(() => buildOne(missing.slice(index), missing.length, pace, context))
    builds.set(lookup.program.name, build)
    turn = build.catch(() => lock)
  }
  turn
    .then(() => lock)
    .then(
      (release) => release(),
      () => undefined,
    )
  return builds
}

/** Builds the first of those that are left. */
async function buildOne(left: Lookup[], total: number, pace: Pace, context: BuildContext): Promise<string> {
  const [{ program, entry }] = left as [Lookup]
  const { log, builder, signal } = context
  signal.throwIfAborted()
  // Another process may have built it while this one waited for the lock.
  const known = await findCached(entry, log)
  if (known !== null) return known
  const startedMs = Date.now()
  let progress: BuildProgress = { packages: 0, latest: null }
  const report = (): void => {
    log(describeBuild({ left, total, pace, elapsedSeconds: secondsSince(startedMs), progress }))
  }
  report()
  const timer = setInterval(report, reportEveryMs)
  try {
    const onProgress = (now: BuildProgress): void => void (progress = now)
    const path = await makeCached(entry, (temporary) => builder.build(program, temporary, { onProgress, signal }))
    pace.learn(program, secondsSince(startedMs))
    log(`built ${program.name} in ${secondsSince(startedMs)} s (${Math.round((await stat(path)).size / 1e6)} MB)`)
    return path
  } finally {
    clearInterval(timer)
  }
}

interface RunningBuild {
  left: Lookup[]
  total: number
  pace: Pace
  elapsedSeconds: number
  progress: BuildProgress
}

function describeBuild({ left, total, pace, elapsedSeconds, progress }: RunningBuild): string {
  const programs = left.map(({ program }) => program)
  const [first] = programs as [GoProgram]
  const bar = renderBar(elapsedSeconds, pace.expect(first))
  const rest = formatDuration(Math.ceil(pace.expectRest(programs, elapsedSeconds)) * 1000)
  const { packages, latest } = progress
  const compiled = latest === null ? '' : `; ${packages} packages compiled, last ${latest}`
  return `building ${total - left.length + 1} of ${total}: ${first.name} ${bar}; about ${rest} left in all${compiled}`
}

async function lookUp(
  program: GoProgram,
  cache: string,
  builder: Builder,
  log: (line: string) => void,
): Promise<Lookup> {
  const entry = { folder: join(cache, 'bin'), name: program.name, key: await builder.key(program), suffix: '' }
  return { program, entry, path: await findCached(entry, log) }
}

function useGo(): Builder {
  const environment = goEnvironment()
  return { key: async (program) => buildKey(program, await environment), build: goBuild }
}

function secondsSince(startedMs: number): number {
  return Math.round((Date.now() - startedMs) / 1000)
}
