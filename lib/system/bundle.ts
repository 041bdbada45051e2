import { build, buildSync, type BuildOptions } from 'esbuild'

/** Bundles a script with everything that it imports into one ES module. The module then runs without this project's files. */
export async function bundle(
  main: string,
  options: { platform: 'node' | 'neutral'; external?: string[] },
): Promise<string> {
  const { outputFiles } = await build({ ...common(main), format: 'esm', ...options })
  return textOf(main, outputFiles)
}

/** The same as one short script for a page in a browser, which sees nothing of it. */
export function bundleSync(main: string): string {
  const { outputFiles } = buildSync({ ...common(main), format: 'iife', platform: 'browser', minify: true })
  return textOf(main, outputFiles)
}

const common = (main: string) =>
  ({
    entryPoints: [main],
    bundle: true,
    write: false,
    target: 'es2022',
    logLevel: 'silent',
  }) as const satisfies BuildOptions

function textOf(main: string, [file]: { text: string }[]): string {
  if (file === undefined) throw new Error(`"${main}" could not be bundled: esbuild wrote no file`)
  return file.text
}
