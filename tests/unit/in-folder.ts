import { mkdirSync, mkdtempSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@playwright/test'

/** Gives a new folder, and removes it with all that is in it afterwards. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'meshdrill-unit-')))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A new folder of the test that runs, kept until the next run, to look at. */
export function newFolder(): string {
  const { outputDir } = test.info()
  mkdirSync(outputDir, { recursive: true })
  return mkdtempSync(join(outputDir, 'folder-'))
}

/** Gives a new cache folder, with the hashes of what is in it in a state folder of the test instead of the user's. */
export async function inCache(use: (cache: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const before = process.env.XDG_STATE_HOME
    process.env.XDG_STATE_HOME = join(folder, 'state')
    try {
      await use(join(folder, 'cache'))
    } finally {
      if (before === undefined) delete process.env.XDG_STATE_HOME
      else process.env.XDG_STATE_HOME = before
    }
  })
}
