// Compiled programs of the project, in JavaScript because they are looked for before Node can run TypeScript. They are in the
// project's own folder: who may write there may change the sources as well.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Where a program is when it is compiled, and the list of its sources.
 * @param {string} main Absolute path of its TypeScript file.
 */
export function compiledPaths(main) {
  const name = join(ROOT, 'node_modules/.cache/programs', relative(ROOT, main).replaceAll(/[^\w.]/g, '-'))
  return { code: `${name}.mjs`, sources: `${name}.json` }
}

/**
 * One hash of the path and content of all sources, and of the project's folder, which compiled programs name. The lock file stands
 * for the packages.
 * @param {string[]} sources Paths below the project's folder.
 */
export function hashSources(sources) {
  const hash = createHash('sha256').update(`${ROOT}\0`)
  for (const path of ['package-lock.json', ...sources]) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)))
  return hash.digest('hex')
}

/**
 * Path of the compiled program; null if there is none, or if one of its sources has changed since.
 * @param {string} main Absolute path of its TypeScript file.
 */
export function findCompiled(main) {
  const { code, sources } = compiledPaths(main)
  try {
    const { paths, hash } = JSON.parse(readFileSync(sources, 'utf8'))
    return existsSync(code) && hash === hashSources(paths) ? code : null
  } catch (error) {
    // Never compiled, or a source is gone.
    if (error.code === 'ENOENT') return null
    throw error
  }
}
