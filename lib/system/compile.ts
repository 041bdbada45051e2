import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { replaceFile } from './replace-file.ts'
import { compiledPaths, findCompiled, hashSources } from './compiled.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Sources find files by their own place, which is not the place of the compiled program. A package that is loaded by its first use
 * becomes part of the program, and is still loaded by its first use.
 */
const keepPlaces: Plugin = {
  name: 'places of sources',
  setup(compiler) {
    compiler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path.includes('/node_modules/')) return undefined
      const contents = readFileSync(path, 'utf8')
        .replaceAll('createRequire(import.meta.url)(', 'require(')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      return { contents, loader: 'ts' }
    })
  },
}

/** Packages that find files beside their own code, or that must be loaded once in a process. */
const LEFT = ['@playwright/test', 'esbuild', 'testcontainers', 'testcontainers/*']

/** Packages are CommonJS in part. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);"

/**
 * Compiles a program into one file with all that it imports, packages too. `lib/system/start.js` runs it until a source changes.
 * Nothing is done if no source has changed.
 */
export async function compileProgram(main: string): Promise<void> {
  if (findCompiled(main) !== null) return
  const { code, sources } = compiledPaths(main)
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: [main], absWorkingDir: ROOT, outfile: code, write: false, metafile: true, logLevel: 'silent' },
    ...{
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      banner: { js: REQUIRE },
      external: LEFT,
      plugins: [keepPlaces],
    },
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`"${main}" could not be compiled: nothing came of it`)
  const paths = Object.keys(metafile.inputs)
    .map((path) => relative(ROOT, join(ROOT, path)))
    .filter((path) => !path.split('/').includes('node_modules'))
  // The list of sources goes first and comes last: it never stands beside the code of other sources.
  rmSync(sources, { force: true })
  replaceFile(code, file.contents)
  replaceFile(sources, JSON.stringify({ paths, hash: hashSources(paths) }))
}
