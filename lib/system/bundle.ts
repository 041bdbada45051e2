import { build } from 'esbuild'

/** Bundles a script with everything that it imports into one ES module. The module then runs without this project's files. */
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
  if (file === undefined) throw new Error(`"${main}" could not be bundled: esbuild wrote no file`)
  return file.text
}
