import type { Artifacts } from '../../lab/artifacts.ts'
import { builtArtifacts } from '../embedded/artifacts.ts'
import { lazyToolchain } from '../embedded/toolchain/build.ts'
import { publicArtifacts, readImages } from '../public/artifacts.ts'
import type { Notes } from './lease/notes.ts'
import type { ExistingRun } from './options.ts'

/** Artifacts for an existing cluster. Components that were found there are recorded with their own versions. */
export function artifactsOf(
  { artifacts, images, made }: Pick<ExistingRun, 'artifacts' | 'images' | 'made'>,
  found: Notes['versions'],
  log: (line: string) => void,
): Artifacts {
  if (artifacts === 'public') return publicArtifacts({ images: { ...made?.images, ...readImages(images) }, found })
  const built = builtArtifacts(lazyToolchain({ log }))
  return { ...built, component: (name) => found[name] ?? built.component(name) }
}
