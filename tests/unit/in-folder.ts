import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives a new folder, and removes it with all that is in it afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'meshdrill-unit-')))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
