import { ensureImages, isPacked } from '../embedded/images/images.ts'
import { runKind } from './program.ts'
import { lazyToolchain } from '../embedded/toolchain/build.ts'
import { CLUSTER } from './containers.ts'
import { noteLoaded, type KindLab } from './lab.ts'

const TIMEOUT_MS = 5 * 60_000

/** Returns a function that packs images on this machine and loads those into every node that the nodes do not have yet. */
export function imageLoader(lab: KindLab, options: { kind: () => Promise<string>; log: (line: string) => void }) {
  const { kind, log } = options
  const archives = ensureImages(lazyToolchain({ log }), { log })
  return async (images: string[]): Promise<void> => {
    for (const image of images.filter(isPacked)) {
      const { path } = await archives.archive(image)
      if (lab.loaded.includes(path)) continue
      await runKind(await kind(), ['load', 'image-archive', path, '--name', CLUSTER], { timeoutMs: TIMEOUT_MS })
      lab.loaded.push(path)
      noteLoaded(path)
    }
  }
}
