import { expect, test } from '@playwright/test'
import { createHash } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  findCached,
  makeCached,
  pathOf,
  recordFile,
  type CacheEntry,
} from '../../../lib/clusters/embedded/toolchain/cache.ts'
import { ownerProblem, tamperProblem, trustedUsers } from '../../../lib/clusters/embedded/toolchain/trust.ts'
import { inCache, inFolder } from '../in-folder.ts'

/** A cached program that this user runs. The user may be root. */
const entryIn = (cache: string): CacheEntry => ({
  folder: join(cache, 'bin'),
  name: 'node-init',
  key: '0123456789abcdef',
  suffix: '',
})
const make = (cache: string) => makeCached(entryIn(cache), (output) => writeFile(output, 'ours'))
const find = (cache: string, lines: string[] = []) => findCached(entryIn(cache), (line) => lines.push(line))

test('a planted program is not used, even with a planted record next to it', async () => {
  await inCache(async (cache) => {
    const path = pathOf(entryIn(cache))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, 'planted', { mode: 0o755 })
    const { size, mtimeMs, ctimeMs } = await stat(path)
    const sha256 = createHash('sha256').update('planted').digest('hex')
    await writeFile(`${path}.sha256`, `${sha256}\n${size} ${mtimeMs} ${ctimeMs}\n`)
    expect(await find(cache)).toBeNull()
    expect(await readFile(await make(cache), 'utf8')).toBe('ours')
    expect(await find(cache)).toBe(path)
  })
})

test('a cached program that was replaced after its build is not used', async () => {
  await inCache(async (cache) => {
    const path = await make(cache)
    await writeFile(`${path}.planted`, 'evil', { mode: 0o755 })
    await rename(`${path}.planted`, path)
    const lines: string[] = []
    expect(await find(cache, lines)).toBeNull()
    expect(lines).toEqual([expect.stringContaining('is damaged')])
  })
})

test('the hashes of built programs are outside of the cache, and only this user can read them', async () => {
  await inCache(async (cache) => {
    const record = recordFile(await make(cache))
    expect(record.startsWith(cache)).toBe(false)
    expect((await stat(record)).mode & 0o777).toBe(0o600)
  })
})

for (const [what, mode] of [
  ['everybody', 0o777],
  ['a group', 0o775],
] as const) {
  test(`a cache folder that ${what} may write to is refused with a remedy, and works again after it`, async () => {
    await inCache(async (cache) => {
      await make(cache)
      for (const folder of [join(cache, 'bin'), cache]) {
        await chmod(folder, mode)
        const refused = `No program from "${join(cache, 'bin')}" is run: others may write to "${folder}" (mode ${mode.toString(8)}). Next, if its content is yours: chmod go-w ${folder}`
        await expect(find(cache)).rejects.toThrow(refused)
        await expect(make(cache)).rejects.toThrow(refused)
        await chmod(folder, 0o755)
        expect(await find(cache)).not.toBeNull()
      }
    })
  })
}

test('a state folder that others may write to is refused, because it contains the hashes', async () => {
  await inCache(async (cache) => {
    const folder = dirname(recordFile(await make(cache)))
    await chmod(folder, 0o777)
    await expect(find(cache)).rejects.toThrow(`others may write to "${folder}"`)
  })
})

test('a cached program that others may write to, or that is a symbolic link, is not used', async () => {
  await inCache(async (cache) => {
    const path = await make(cache)
    await chmod(path, 0o777)
    const lines: string[] = []
    expect(await find(cache, lines)).toBeNull()
    expect(lines[0]).toContain('is not used, because others may write to')
    await rename(path, `${path}.real`)
    await symlink(`${path}.real`, path)
    expect(await find(cache, lines)).toBeNull()
    expect((await lstat(await make(cache))).isFile()).toBe(true)
  })
})

test('a cache behind a symbolic link is refused if others may write to the target of the link', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'open/cache'), { recursive: true })
    await mkdir(join(folder, 'own/cache'), { recursive: true })
    for (const [link, target] of [
      ['to-open', 'open'],
      ['to-own', join(folder, 'own')],
      ['to-link', 'to-open'],
      ['back', `../${basename(folder)}/open`],
    ] as const)
      await symlink(target, join(folder, link))
    await chmod(join(folder, 'open'), 0o777)
    const problem = `others may write to "${join(folder, 'open')}"`
    for (const link of ['to-open', 'to-link', 'back'])
      expect(await tamperProblem(join(folder, link, 'cache')), link).toContain(problem)
    expect(await tamperProblem(join(folder, 'to-own/cache'))).toBeNull()
    await symlink('loop', join(folder, 'loop'))
    expect(await tamperProblem(join(folder, 'loop/cache'))).toContain('more than 20 symbolic links')
  })
})

test('a sticky parent folder such as /tmp is accepted, and a writable parent folder that is not sticky is refused', async () => {
  await inFolder(async (folder) => {
    const cache = join(folder, 'above/cache')
    await mkdir(cache, { recursive: true })
    await chmod(join(folder, 'above'), 0o1777)
    expect(await tamperProblem(cache)).toBeNull()
    expect(await tamperProblem(join(folder, 'above'))).toContain('(mode 1777)')
    await chmod(join(folder, 'above'), 0o777)
    expect(await tamperProblem(cache)).toContain(`others may write to "${join(folder, 'above')}"`)
    expect(await tamperProblem(join(folder, 'above/not-there/at all'))).toContain('others may write to')
  })
})

test('a folder of another user is refused, but root, this user and the user who called sudo are trusted', async () => {
  const folder = { uid: 65534, mode: 0o755 }
  const users = await trustedUsers({})
  expect(ownerProblem('/c/my bin', folder, { users: [0, 1000], isLast: true })).toMatch(
    /^"\/c\/my bin" belongs to user 65534\. Next: remove it \(rm -r '\/c\/my bin'\)/,
  )
  expect(ownerProblem('/c', { ...folder, uid: 1000 }, { users: [0, 1000], isLast: true })).toBeNull()
  expect(users).toEqual(expect.arrayContaining([0, process.geteuid?.()]))
  const root = process.geteuid?.() === 0
  expect((await trustedUsers({ SUDO_UID: '4711' })).includes(4711)).toBe(root)
})

test('root refuses a cache that belongs to the user "nobody"', async () => {
  test.skip(process.getuid?.() !== 0, 'only root may change the owner of a folder')
  await inCache(async (cache) => {
    await make(cache)
    await chown(join(cache, 'bin'), 65534, 65534)
    await expect(find(cache)).rejects.toThrow('belongs to user 65534')
  })
})

test('files in the cache are writable only for their user, whatever the umask is', async () => {
  const before = process.umask(0)
  try {
    await inCache(async (cache) => {
      await chmod(dirname(cache), 0o755)
      const path = await make(cache)
      for (const made of [path, dirname(path), cache, recordFile(path)])
        expect((await stat(made)).mode & 0o022, made).toBe(0)
    })
  } finally {
    process.umask(before)
  }
})
