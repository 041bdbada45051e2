import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { scriptArguments } from '../../../lib/system/process.ts'
import { requireOwnTransformCache, transformCache } from '../../../lib/runner/transform-cache.ts'
import { inFolder } from '../in-folder.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')

/** The environment of a user's shell: without what the unit tests set. */
const shell = (temporary: string): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary }
  delete env.TSX_DISABLE_CACHE
  return env
}

test('a program of the project writes no compiled code to the temporary directory, where other users could replace it', async () => {
  await inFolder(async (folder) => {
    const temporary = join(folder, 'tmp')
    await mkdir(temporary)
    const program = join(folder, 'program.mts')
    await writeFile(program, 'const greeting: string = "compiled"\nconsole.log(greeting)\n')
    const child = await run(process.execPath, scriptArguments(program), { env: shell(temporary) })
    expect(child.stdout).toBe('compiled\n')
    await run(process.execPath, [join(ROOT, 'bin/meshdrill.js'), 'help'], { env: shell(temporary) })
    expect(await readdir(temporary)).toEqual([])
  })
})

test('without this protection tsx writes compiled code to the temporary directory', async () => {
  await inFolder(async (folder) => {
    const program = join(folder, 'program.mts')
    await writeFile(program, 'const greeting: string = "compiled"\nconsole.log(greeting)\n')
    await run(process.execPath, ['--import', import.meta.resolve('tsx'), program], { env: shell(folder) })
    expect((await readdir(folder)).filter((name) => name.startsWith('tsx'))).toHaveLength(1)
  })
})

test('no command of package.json starts tsx with its shared cache', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  for (const [name, command] of Object.entries(scripts).filter(([, text]) => /\btsx\b/.test(text)))
    expect(command, name).toContain('TSX_DISABLE_CACHE=1')
  expect(scripts['lab:down']).toBe('node --import ./lib/system/typescript.js lib/drill/down.main.ts')
})

test("root runs no drill while other users may write to Playwright's compiled code", async () => {
  await inFolder(async (folder) => {
    const env = { PLAYWRIGHT_TRANSFORM_CACHE_DIR: folder }
    await requireOwnTransformCache(env, 0)
    await chmod(folder, 0o777)
    await expect(requireOwnTransformCache(env, 0)).rejects.toThrow(
      `Nothing is run: Playwright keeps compiled code in "${folder}", and others may write to "${folder}" (mode 777). Next,`,
    )
    await requireOwnTransformCache(env, 1000)
  })
  expect(transformCache({}, 0)).toMatch(/playwright-transform-cache-0$/)
  expect(transformCache({ PWTEST_CACHE_DIR: '/c' }, 0)).toBe('/c')
})
