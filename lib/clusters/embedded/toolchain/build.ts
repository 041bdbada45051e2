import { cacheFolder } from '../../../system/environment.ts'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findCached, makeCached } from './cache.ts'
import type { CacheEntry } from './cache.ts'
import { allComponents, components } from './components.ts'
import type { BinaryName, Component } from './components.ts'
import { buildKey, goBuild, goEnvironment } from './go.ts'
import type { BuildProgress } from './go.ts'
import { takeLock } from '../../../system/lock.ts'

/** Programs that are in the cache, or on their way there. */
export interface Toolchain {
  /** Path of a program, as soon as it is there; others may still be building. One that is on demand is built now. Errors: its build failed. */
  binary(name: BinaryName): Promise<string>
  /** Resolves when every program is there, and fails with the first that cannot be built. */
  done(): Promise<void>
  /** Ends what is being built. What was compiled so far stays in Go's cache. */
  stop(): Promise<void>
}

export interface ToolchainOptions {
  /** Progress, a line each. */
  log: (line: string) => void
  /** The programs to build, by default all of `components`. */
  wanted?: readonly BinaryName[]
  /** By default the user's. */
  cache?: string
  /** By default Go. */
  builder?: Builder
}

/** How a component is keyed and built. */
export interface Builder {
  key(component: Component): Promise<string>
  build: typeof goBuild
}

interface Lookup {
  component: Component
  entry: CacheEntry
  /** Null where it has to be built. */
  path: string | null
}

const reportEveryMs = 20_000

/** Every wanted program, built where the cache does not hold it. */
export async function ensureBinaries<Name extends BinaryName>(
  wanted: readonly Name[],
  options: Omit<ToolchainOptions, 'wanted'>,
): Promise<Record<Name, string>> {
  const toolchain = startToolchain({ ...options, wanted })
  await toolchain.done()
  const paths = await Promise.all(wanted.map(async (name) => [name, await toolchain.binary(name)] as const))
  return Object.fromEntries(paths) as Record<Name, string>
}

/** A toolchain that builds a program when it is first asked for, and nothing else. */
export const lazyToolchain = (options: Omit<ToolchainOptions, 'wanted'>): Pick<Toolchain, 'binary'> => ({
  binary: async (name) => (await ensureBinaries([name], options))[name],
})

/** The programs that the cache does not hold. */
export async function missingBinaries(cache = cacheFolder(), builder = useGo()): Promise<string[]> {
  const found = await Promise.all(components.map((component) => lookUp(component, cache, builder, () => undefined)))
  return found.filter(({ path }) => path === null).map(({ component }) => component.name)
}

/** Starts to build what the cache does not hold, one program at a time, in the order of `components`. */
export function startToolchain(options: ToolchainOptions): Toolchain {
  const { log, wanted, cache = cacheFolder(), builder = useGo() } = options
  const abort = new AbortController()
  const chosen: readonly (typeof allComponents)[number][] =
    wanted === undefined ? components : allComponents.filter(({ name }) => wanted.includes(name))
  const lookups = new Map<string, Promise<Lookup>>(
    chosen.map((component) => [component.name, lookUp(component, cache, builder, log)]),
  )
  const builds = Promise.allSettled(lookups.values()).then((outcomes) => {
    const found = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    return buildInTurn(
      found.filter(({ path }) => path === null),
      { log, cache, builder, signal: abort.signal },
    )
  })

  async function binary(name: BinaryName): Promise<string> {
    const lookup = lookups.get(name)
    if (!lookup && wanted === undefined) return (await ensureBinaries([name], options))[name]
    if (!lookup)
      throw new Error(`"${name}" is not among the programs that were asked for: ${[...lookups.keys()].join(', ')}`)
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

interface BuildContext {
  log: (line: string) => void
  cache: string
  builder: Builder
  signal: AbortSignal
}

/** A build that fails does not stop the next: whoever waits for the program is told. */
function buildInTurn(missing: Lookup[], context: BuildContext): Map<string, Promise<string>> {
  const builds = new Map<string, Promise<string>>()
  if (missing.length === 0) return builds
  const onWait = (pid: string): void => {
    context.log(`waiting for process ${pid}, which is building too`)
  }
  const lock = takeLock(join(context.cache, 'build.lock'), { onWait, signal: context.signal })
  let turn: Promise<unknown> = lock
  for (const [index, lookup] of missing.entries()) {
    const build = turn.then(() => buildOne(lookup, missing.slice(index), missing.length, context))
    builds.set(lookup.component.name, build)
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

async function buildOne(lookup: Lookup, left: Lookup[], total: number, context: BuildContext): Promise<string> {
  const { component, entry } = lookup
  const { log, builder, signal } = context
  signal.throwIfAborted()
  // Another process may have built it while this one waited for the lock.
  const known = await findCached(entry, log)
  if (known !== null) return known
  log(announce(component, left, total))
  const startedMs = Date.now()
  let progress: BuildProgress = { packages: 0, latest: 'nothing yet' }
  const report = setInterval(() => {
    const { packages, latest } = progress
    log(`still building ${component.name}: ${secondsSince(startedMs)} s, ${packages} packages compiled, last ${latest}`)
  }, reportEveryMs)
  try {
    const onProgress = (now: BuildProgress): void => void (progress = now)
    const path = await makeCached(entry, (temporary) => builder.build(component, temporary, { onProgress, signal }))
    log(`built ${component.name} in ${secondsSince(startedMs)} s (${Math.round((await stat(path)).size / 1e6)} MB)`)
    return path
  } finally {
    clearInterval(report)
  }
}

/** The seconds known are of 2 cores; a build takes about half of that on twice the cores. */
function announce(component: Component, left: Lookup[], total: number): string {
  const cores = availableParallelism()
  const usual = (seconds: number): number => Math.ceil((seconds * 2) / cores)
  const minutes = Math.ceil(usual(left.reduce((sum, lookup) => sum + lookup.component.coldSeconds, 0)) / 60)
  const position = total - left.length + 1
  return (
    `building ${position} of ${total}: ${component.name} (usually ${usual(component.coldSeconds)} s ` +
    `on ${cores} cores; up to about ${minutes} min left in all)`
  )
}

async function lookUp(
  component: Component,
  cache: string,
  builder: Builder,
  log: (line: string) => void,
): Promise<Lookup> {
  const entry = { folder: join(cache, 'bin'), name: component.name, key: await builder.key(component), suffix: '' }
  return { component, entry, path: await findCached(entry, log) }
}

function useGo(): Builder {
  const environment = goEnvironment()
  return { key: async (component) => buildKey(component, await environment), build: goBuild }
}

function secondsSince(startedMs: number): number {
  return Math.round((Date.now() - startedMs) / 1000)
}
