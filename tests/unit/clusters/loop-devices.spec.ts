import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { detachStorage, devicesOf } from '../../../lib/clusters/embedded/storage.ts'
import { inFolder } from '../in-folder.ts'

const run = promisify(execFile)

/** A loop device for a new file; null if this user may not create one, or if the kernel has none. */
async function attach(file: string): Promise<string | null> {
  await writeFile(file, '')
  await truncate(file, 1 << 20)
  return run('losetup', ['--find', '--show', file]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  )
}

const backing = async (device: string): Promise<string> =>
  (await run('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE', device]).catch(() => ({ stdout: '' })))
    .stdout

test('loop devices of a lab are detached, even after the deletion of their image, and devices of other files stay', async () => {
  await inFolder(async (folder) => {
    const lab = join(folder, 'lab')
    const other = join(folder, 'other')
    await Promise.all([mkdir(lab), mkdir(other)])
    const image = join(lab, 'storage.img')
    const deleted = await attach(image)
    test.skip(deleted === null, 'this user may not create loop devices')
    await rm(image)
    const there = await attach(image)
    // One path ends like that of the image, and the other one begins like it.
    const foreign = await Promise.all([attach(join(other, 'storage.img')), attach(`${image}.copy`)])
    try {
      await detachStorage(lab)
      expect(await backing(deleted ?? '')).not.toContain(lab)
      expect(await backing(there ?? '')).not.toContain(lab)
      for (const device of foreign) expect(await backing(device ?? '')).toContain(folder)
    } finally {
      for (const device of [deleted, there, ...foreign])
        if ((await backing(device ?? '')).includes(folder)) await run('losetup', ['--detach', device ?? ''])
    }
  })
})

test('a loop device belongs to the lab only if path and inode match, or if its image was deleted', () => {
  const device = (name: string, inode: number, file: string | null) => ({
    name,
    'back-ino': inode,
    'back-file': file,
  })
  const listed = JSON.stringify({
    loopdevices: [
      device('/dev/loop0', 7, '/lab/storage.img'),
      device('/dev/loop1', 8, '/lab/storage.img'),
      device('/dev/loop2', 9, '/lab/storage.img (deleted)'),
      device('/dev/loop3', 7, '/lab/storage.img.copy'),
      device('/dev/loop4', 7, '/other/lab/storage.img (deleted)'),
      device('/dev/loop5', 7, null),
    ],
  })
  const image = '/lab/storage.img'
  expect(devicesOf(listed, { image, inode: 7 })).toEqual(['/dev/loop0', '/dev/loop2'])
  expect(devicesOf(listed, { image, inode: null })).toEqual(['/dev/loop2'])
  expect(devicesOf('', { image, inode: 7 })).toEqual([])
})
