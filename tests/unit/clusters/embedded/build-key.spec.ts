import { expect, test } from '@playwright/test'
import { appendFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildKey } from '../../../../lib/clusters/embedded/toolchain/go.ts'
import { programOf } from '../../../../lib/clusters/embedded/toolchain/programs.ts'
import type { GoProgram } from '../../../../lib/lab/built.ts'
import { inFolder } from '../../in-folder.ts'

test.describe('key of a build', () => {
  const component: GoProgram = { ...programOf('kubernetes'), folder: '', stamps: { version: 'v1' } }

  async function keyAfter(change: (folder: string) => Promise<void>): Promise<{ before: string; after: string }> {
    let keys = { before: '', after: '' }
    await inFolder(async (folder) => {
      for (const name of ['go.mod', 'go.sum', 'main.go', 'main_test.go']) await writeFile(join(folder, name), name)
      const before = await buildKey({ ...component, folder }, 'go1.26.8 linux amd64')
      await change(folder)
      keys = { before, after: await buildKey({ ...component, folder }, 'go1.26.8 linux amd64') }
    })
    return keys
  }

  for (const name of ['go.mod', 'go.sum', 'main.go']) {
    test(`the key of a build changes with ${name}`, async () => {
      const { before, after } = await keyAfter((folder) => appendFile(join(folder, name), ' '))
      expect(after).not.toBe(before)
    })
  }

  test('the key of a build changes with a new file and with a renamed file', async () => {
    const added = await keyAfter((folder) => writeFile(join(folder, 'other.go'), ''))
    expect(added.after).not.toBe(added.before)
    const renamed = await keyAfter(async (folder) => {
      await rm(join(folder, 'main.go'))
      await writeFile(join(folder, 'other.go'), 'main.go')
    })
    expect(renamed.after).not.toBe(renamed.before)
  })

  test('the key of a build does not change with Go tests and file times', async () => {
    const { before, after } = await keyAfter(async (folder) => {
      await appendFile(join(folder, 'main_test.go'), ' ')
      await utimes(join(folder, 'go.mod'), 0, 0)
    })
    expect(after).toBe(before)
  })

  test('the key of a build changes with its flags and with the version of Go', async () => {
    await inFolder(async (folder) => {
      const plain = { ...component, folder }
      const keys = await Promise.all([
        buildKey(plain, 'go1.26.8'),
        buildKey(plain, 'go1.26.9'),
        buildKey({ ...plain, cgo: true }, 'go1.26.8'),
        buildKey({ ...plain, stamps: { version: 'v2' } }, 'go1.26.8'),
        buildKey({ ...plain, package: './cmd' }, 'go1.26.8'),
      ])
      expect(new Set(keys).size).toBe(keys.length)
    })
  })
})
