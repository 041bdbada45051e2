import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Artifacts } from '../../lab/artifacts.ts'
import { parseManifest } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pullReference, type ManifestFile, type ProgramPin } from '../../lab/published.ts'
import { allVersions } from '../versions.ts'
import { chartImages, charts, images, manifests as pinnedManifests, programs } from './catalog.ts'
import { shortenMiddle } from '../../output/shorten.ts'
import { ProgramError, run } from '../../system/run.ts'

interface PublicOptions {
  /** The user's references in place of public ones, by name. */
  images: Record<string, string>
  /** Versions of the components that were in the cluster already. */
  found: Record<string, { version: string; source: string }>
}

/** Pinned artifacts from public registries, and programs from PATH. */
export function publicArtifacts(options: PublicOptions, manifests = pinnedManifests): Artifacts {
  return {
    binary: findProgram,
    chart(name) {
      const chart = charts[name]
      if (chart === undefined) throw new Error(`no chart "${name}"; known charts: ${Object.keys(charts).join(', ')}`)
      const { repository, chart: path, version } = chart
      return Promise.resolve({ path, ...(repository === null ? {} : { repository }), version, values: {} })
    },
    async manifests(name) {
      const files = manifests[name]
      if (files === undefined)
        throw new Error(`no manifests "${name}"; known manifests: ${Object.keys(manifests).join(', ')}`)
      return (await Promise.all(files.map(download))).flat()
    },
    image(name) {
      const own = options.images[name]
      if (own !== undefined) return own
      const pinned = images[name]
      if (pinned !== null && pinned !== undefined) return pullReference(pinned)
      if (chartImages.includes(name)) return name
      if (pinned === null) throw new Error(unpublished(name))
      throw new Error(`no image "${name}"; known images: ${Object.keys(images).join(', ')}`)
    },
    component(name) {
      const { published } = allVersions[name] ?? { published: null }
      const pinned = published === null || published.machineOwn ? null : published
      const { version, source } = options.found[name] ??
        pinned ?? { version: 'not known', source: "the cluster's or the machine's own" }
      return { version, source }
    },
    obstacle: () => null,
  }
}

const unpublished = (name: string): string =>
  `the image "${name}" is in no public registry. Next: npm run image -- ${name}, push the archive that it prints to your registry, and name it in the file of MESHDRILL_IMAGES: ${name}: registry.example.org/${name}:1`

/** The user's references, from a YAML file of names and references. Errors: a name is unknown, or only a chart can use it. */
export function readImages(file: string | null): Record<string, string> {
  if (file === null) return {}
  const read: unknown = parse(readFileSync(file, 'utf8'))
  if (typeof read !== 'object' || read === null)
    throw new Error(
      `MESHDRILL_IMAGES: "${file}" does not contain names and references, such as k6: registry.example.org/k6:1`,
    )
  const given = Object.entries(read as Record<string, unknown>)
  const wrong = given.filter(([name, reference]) => !(name in images) || typeof reference !== 'string')
  if (wrong.length > 0) {
    const names = wrong.map(([name]) => name).join(', ')
    throw new Error(
      `MESHDRILL_IMAGES: "${file}": ${names}: not a known name with a reference; known are ${Object.keys(images).join(', ')}`,
    )
  }
  return Object.fromEntries(given) as Record<string, string>
}

/** Downloads a manifest. Errors: its SHA-256 is not the pinned one. */
async function download({ url, sha256 }: ManifestFile): Promise<KubeObject[]> {
  const content = await get(url)
  const found = createHash('sha256').update(content).digest('hex')
  if (found !== sha256) throw new Error(`"${url}" has SHA-256 ${found}, but ${sha256} is pinned`)
  return parseManifest(content.toString('utf8'), url)
}

async function get(url: string): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) })
    if (!answer.ok) throw new Error(String(answer.status))
    return Buffer.from(await answer.arrayBuffer())
  } catch (error) {
    // fetch has a general message; the cause says why the request failed.
    const { message, cause } = error as Error
    throw new Error(`GET ${url}: ${cause instanceof Error ? cause.message : message}. Next: curl -v ${url}`, {
      cause: error,
    })
  }
}

/** Finds a program in PATH. Errors: the program is missing, or its version does not fit. */
export async function findProgram(name: string): Promise<string> {
  const pin = programs[name]
  if (pin === undefined) throw new Error(`no program "${name}"; known programs: ${Object.keys(programs).join(', ')}`)
  const said = await ask(name, pin)
  if (!versionServes(pin, said)) {
    const wanted = pin.exact ? `${pin.version}.x` : `${pin.version} or later`
    throw new Error(
      `"${name}" in PATH says ${JSON.stringify(shortenMiddle(said, 200))}; needed is ${wanted}. Next: ${pin.install}`,
    )
  }
  return name
}

async function ask(name: string, pin: ProgramPin): Promise<string> {
  try {
    return (await run(name, pin.ask, { timeoutMs: 20_000 })).trim()
  } catch (error) {
    const missing = error instanceof ProgramError && error.isMissing
    const what = missing ? `there is no "${name}" in PATH` : `"${name} ${pin.ask.join(' ')}" failed: ${String(error)}`
    throw new Error(`${what}. Next: ${pin.install}`, { cause: error })
  }
}

/** True if the first version in a program's output fits the pin. */
export function versionServes({ version, exact }: ProgramPin, said: string): boolean {
  const found = /(\d+)\.(\d+)(?:\.\d+)?/.exec(said)
  if (found === null) return false
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number)
  if (exact) return major === wantedMajor && minor === wantedMinor
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
