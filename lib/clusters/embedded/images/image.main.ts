import { writeLine, printUncaughtErrors } from '../../../output/print.ts'
import { unpublishedImages } from '../../public/catalog.ts'
import { builtArtifacts } from '../artifacts.ts'
import { lazyToolchain } from '../toolchain/build.ts'
import { ensureImages } from './images.ts'

/**
 * Packs images and prints the path of each archive: `npm run image -- velero/velero`. Without arguments, it packs the images that
 * are in no public registry.
 */
printUncaughtErrors()
const names = process.argv.length > 2 ? process.argv.slice(2) : unpublishedImages
const log = (line: string): void => {
  writeLine('stderr', line)
}
const toolchain = lazyToolchain({ log })
const images = ensureImages(toolchain, { log })
for (const name of names) writeLine('stdout', (await images.archive(builtArtifacts(toolchain).image(name))).path)
