import { cacheFolder } from '../../../system/environment.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { OUTPUT_LIMIT, shortenMiddle } from '../../../output/shorten.ts'
import { findCached, keyOf, makeCached } from './cache.ts'
import type { GoProgram } from '../../../lab/built.ts'
import { requireUntouched } from './trust.ts'
import { writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { run } from '../../../system/run.ts'

const DOWNLOAD_TIMEOUT_MS = 30 * 60_000

/** Programs are always built for Linux. On other systems they run in Docker's containers. */
const TARGET = process.platform === 'linux' ? {} : { GOOS: 'linux' }

/** Go's version and the build's target, as one string. */
export async function goEnvironment(): Promise<string> {
  const stdout = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH', 'GOAMD64', 'GOARM64'], {
    cwd: '/',
    env: { ...process.env, ...TARGET },
  })
  return stdout.trim().split('\n').join(' ')
}

/** Cache key of a program. It depends on the module's files, the flags, Go's version and the target. */
export async function buildKey(program: GoProgram, environment: string): Promise<string> {
  const sources = await sourcesOf(program.folder)
  const contents = await Promise.all(sources.map((path) => readFile(path)))
  const files = sources.flatMap((path, index) => [relative(program.folder, path), contents[index] ?? ''])
  return keyOf([environment, program.package, String(program.cgo), ...flags(program), ...files])
}

/** Folders of compiled packages and sources that Go uses without a check of their hashes. */
export async function goFolders(): Promise<string[]> {
  const stdout = await run('go', ['env', 'GOCACHE', 'GOMODCACHE'], { cwd: '/' })
  return stdout.split('\n').filter((folder) => isAbsolute(folder))
}

/** Progress of a build. */
export interface BuildProgress {
  /** Number of packages compiled so far, without those in Go's cache. */
  packages: number
  /** The package compiled last. */
  latest: string | null
}

/**
 * Builds a program into the file `path` with the user's Go cache, so that an interrupted build continues. Errors: the build failed; the
 * message has Go's output and the command to repeat it.
 */
export async function goBuild(
  program: GoProgram,
  path: string,
  options: { onProgress: (progress: BuildProgress) => void; signal: AbortSignal },
): Promise<void> {
  for (const folder of await goFolders()) await requireUntouched(folder)
  options.signal.throwIfAborted()
  const started = Date.now()
  const environment = { ...TARGET, GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: program.cgo ? '1' : '0' }
  const args = ['build', ...flags(program), '-o', path, program.package]
  const command = ['go', 'build', '-v', ...args.slice(1)]
  // Linux interrupts Go when this process ends, even after SIGKILL.
  const [executable = '', ...rest] =
    process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'INT', ...command] : command
  const child = spawn(executable, rest, {
    cwd: program.folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const interrupt = (): unknown => child.kill('SIGINT')
  options.signal.addEventListener('abort', interrupt)
  const closed = once(child, 'close')
  const output: string[] = []
  let packages = 0
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if (isPackage(line)) options.onProgress({ packages: ++packages, latest: line })
      else output.push(line)
    }
    const [code, signal] = (await closed) as [number | null, string | null]
    if (code === 0) return
    options.signal.throwIfAborted()
    const byHand = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    throw new Error(
      `"${program.name}" could not be built: go ended with ${signal ?? String(code)} after ${seconds(started)} s. Its output:\n` +
        `${shortenMiddle(output.join('\n'), OUTPUT_LIMIT) || 'none'}\n` +
        `Next: cd ${program.folder} && ${[...byHand, 'go', ...args.map(quote)].join(' ')}`,
    )
  } finally {
    options.signal.removeEventListener('abort', interrupt)
  }
}

/**
 * The folder of a Go module, downloaded if it is missing. The module in `folder` pins its version. Go's answer is cached, so that
 * later calls start no process.
 */
export async function moduleDir(folder: string, importPath: string, cache = cacheFolder()): Promise<string> {
  const module = resolve(import.meta.dirname, folder)
  const key = keyOf([await readFile(join(module, 'go.mod')), importPath])
  const entry = { folder: join(cache, 'modules'), name: importPath.replaceAll('/', '-'), key, suffix: '.txt' }
  const known = await findCached(entry, () => undefined)
  const dir = known === null ? null : await readFile(known, 'utf8')
  if (dir !== null && existsSync(dir)) return dir
  const found = await download(module, importPath)
  await makeCached(entry, (temporary) => writeFile(temporary, found))
  return found
}

async function download(module: string, importPath: string): Promise<string> {
  const stdout = await run('go', ['mod', 'download', '-json', importPath], {
    cwd: module,
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  })
  const { Dir, Error: error } = JSON.parse(stdout) as { Dir?: string; Error?: string }
  if (Dir !== undefined) return Dir
  const byHand = `cd ${module} && go mod download -json ${importPath}`
  throw new Error(
    `the Go module "${importPath}" could not be downloaded: ${error ?? 'Go gave no reason'}. Next: ${byHand}`,
  )
}

function flags(program: GoProgram): string[] {
  const stamps = Object.entries(program.stamps).map(([name, value]) => `-X ${name}=${value}`)
  return ['-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', ['-s -w', ...stamps].join(' ')]
}

/** All files below a folder that a build may use, sorted. */
async function sourcesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sources = entries.filter((entry) => entry.isFile() && !/(_test\.go|\.ts|\.md)$/.test(entry.name))
  return sources.map((entry) => join(entry.parentPath, entry.name)).sort()
}

/** True for a line that `go build -v` prints for a compiled package. Other lines are errors. */
function isPackage(line: string): boolean {
  return /^[\w.~-]+(\/[\w.~-]+)*$/.test(line)
}

function quote(argument: string): string {
  return /^[\w./=-]+$/.test(argument) ? argument : `'${argument}'`
}

function seconds(sinceMs: number): number {
  return Math.round((Date.now() - sinceMs) / 1000)
}
