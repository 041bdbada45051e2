import { build } from 'esbuild'

/** A script of ours with all that it imports from this tree as one ES module, for where the tree is not. */
export async function bundle(
  main: string,
  options: { platform: 'node' | 'neutral'; external?: string[] },
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    ...options,
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`"${main}" could not be bundled: nothing came of it`)
  return file.text
}
