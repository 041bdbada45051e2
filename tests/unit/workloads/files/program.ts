import { execFile } from 'node:child_process'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test as base } from '@playwright/test'
import { parseTree, type Tree } from '../../../../lib/workloads/files/tree.ts'

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../../../lib/workloads/files/volume', import.meta.url))

/** Builds the program that works on volumes of files. */
export async function buildVolume(): Promise<{ binary: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'meshdrill-volume-')))
  await chmod(folder, 0o755)
  const binary = join(folder, 'volume')
  await run('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd: source })
  return { binary, remove: () => rm(folder, { recursive: true }) }
}

/** Runs a command of the program on a folder; returns what it printed. */
export async function runVolume(binary: string, command: string, folder: string, ...words: string[]): Promise<string> {
  const { stdout } = await run(binary, [command, '--dir', folder, ...words], { maxBuffer: 1 << 28 })
  return stdout
}

export const listTree = async (binary: string, folder: string): Promise<Tree> =>
  parseTree(await runVolume(binary, 'tree', folder))

/** Tests of the program, which is built once a worker. */
export const test = base.extend<object, { binary: string }>({
  binary: [
    async ({}, use) => {
      const { binary, remove } = await buildVolume()
      await use(binary)
      await remove()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
})
