import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Component } from '../../components/component.ts'
import { components } from '../../components/index.ts'
import { findBuildObstacle } from '../../components/sources.ts'
import { readManifest } from '../../kube/client.ts'
import type { Artifacts } from '../../lab/artifacts.ts'
import { mergeNamed } from '../../system/merge-named.ts'
import { allVersions } from '../versions.ts'
import { packedImages } from './images/recipes.ts'
import { moduleDir } from './toolchain/go.ts'
import { programOf } from './toolchain/programs.ts'
import type { Toolchain } from './toolchain/build.ts'

const builds = (components as readonly Component[]).flatMap(({ built }) => built ?? [])
const charts = mergeNamed(
  'charts',
  builds.map((one) => one.charts),
)
const manifests = mergeNamed(
  'manifests',
  builds.map((one) => one.manifests),
)

/** Artifacts that are built on this machine from pinned Go modules and wheels. */
export function builtArtifacts(toolchain: Pick<Toolchain, 'binary'>): Artifacts {
  return {
    binary: async (name) => toolchain.binary(programOf(name).name),
    async chart(name) {
      const { folder, path, chart, values } = named('chart', charts, name)
      return { path: join(await moduleDir(folder, path), chart), values }
    },
    async manifests(name) {
      const { folder, path, below, files } = named('manifests', manifests, name)
      const place = join(await moduleDir(folder, path), below)
      const found = (await readdir(place)).filter((file) => files.test(file)).sort()
      return (await Promise.all(found.map((file) => readManifest(join(place, file))))).flat()
    },
    image: (name) => named('image', packedImages, name).reference,
    component(name) {
      const { built } = named('component', allVersions, name)
      if (built === null) throw new Error(`no version is known of component "${name}"`)
      return { version: built.version, source: built.source }
    },
    obstacle: findBuildObstacle,
  }
}

/** Errors: the name is unknown. */
function named<T>(what: string, all: Readonly<Record<string, T>>, name: string): T {
  const found = all[name]
  if (found === undefined) throw new Error(`no ${what} "${name}"; known names: ${Object.keys(all).join(', ')}`)
  return found
}
