import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const hashOf = (texts: Iterable<string>): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}:`).update(text)
  return hash.digest('hex')
}

/** Files of the project that a file imports, its types too, as paths like those of `texts`. */
function importsOf(path: string, texts: ReadonlyMap<string, string>): string[] {
  const { importedFiles, referencedFiles } = ts.preProcessFile(texts.get(path) ?? '')
  return [...importedFiles, ...referencedFiles]
    .map(({ fileName }) => join(dirname(path), fileName))
    .filter((imported) => texts.has(imported))
}

/**
 * For each file a key that changes when its lint result could: by its own text, by that of any file that it imports, directly or
 * not, as the rules read types, or by `shared`, on which every result depends. `texts` maps relative paths to contents.
 */
export function lintKeys(texts: ReadonlyMap<string, string>, shared: readonly string[]): Map<string, string> {
  const imports = new Map([...texts.keys()].map((path) => [path, importsOf(path, texts)]))
  const common = hashOf(shared)
  return new Map(
    [...texts.keys()].map((path) => {
      const reached = new Set([path])
      for (const one of reached) for (const imported of imports.get(one) ?? []) reached.add(imported)
      return [path, hashOf([common, path, ...[...reached].sort().flatMap((one) => [one, texts.get(one) ?? ''])])]
    }),
  )
}
