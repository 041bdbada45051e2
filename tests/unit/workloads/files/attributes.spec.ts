import {
  chmod,
  chown,
  copyFile,
  link,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  rmdir,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { compareTrees, compareAttributes } from '../../../../lib/workloads/files/compare.ts'
import { notCompared } from '../../../../lib/workloads/files/tree.ts'
import { listTree as list, test } from './program.ts'

const isRoot = process.getuid?.() === 0
const writtenAt = 1_700_000_000

/** Every entry gets the same times again, so that only what a test changes differs. */
async function resetTimes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await resetTimes(path)
    else await lutimes(path, writtenAt, writtenAt)
  }
  await utimes(folder, writtenAt, writtenAt)
}

type Change = (path: (name: string) => string) => Promise<unknown>
const changes: [what: string, change: Change, findings: [kind: string, file: string, detail: RegExp][], root?: true][] =
  [
    ['nothing', () => Promise.resolve(), []],
    [
      'another permission',
      (path) => chmod(path('file'), 0o600),
      [['changed attribute', 'file', /are 0600, were 4755/]],
    ],
    [
      'a setuid bit that is gone',
      (path) => chmod(path('file'), 0o755),
      [['changed attribute', 'file', /are 0755, were 4755/]],
    ],
    [
      'a sticky bit on an empty folder',
      (path) => chmod(path('empty'), 0o1755),
      [['changed attribute', 'empty', /are 1755, were 0755/]],
    ],
    [
      'another owner',
      (path) => chown(path('other'), 1001, 0),
      [['changed attribute', 'other', /^its owner is 1001, was 0$/]],
      true,
    ],
    [
      'another group',
      (path) => chown(path('other'), 0, 1001),
      [['changed attribute', 'other', /^its group is 1001, was 0$/]],
      true,
    ],
    ['an empty folder that is gone', (path) => rmdir(path('empty')), [['lost', 'empty', /not there/]]],
    ['an unexpected empty folder', (path) => mkdir(path('new')), [['phantom', 'new', /never written/]]],
    ['a symbolic link that is gone', (path) => unlink(path('link')), [['lost', 'link', /not there/]]],
    [
      'a symbolic link to elsewhere',
      async (path) => {
        await unlink(path('link'))
        await symlink('elsewhere', path('link'))
      },
      [['changed attribute', 'link', /^its target is "elsewhere", was "file"$/]],
    ],
    [
      'a symbolic link that became a copy of its file',
      async (path) => {
        await unlink(path('link'))
        await writeFile(path('link'), 'content')
        await chmod(path('link'), 0o777)
      },
      [
        ['changed attribute', 'link', /^its type is "file", was "symlink"$/],
        ['changed attribute', 'link', /^its target is none, was "file"$/],
        ['phantom', 'link', /has 7 bytes, had 0/],
      ],
    ],
    [
      'a second name that became a copy',
      async (path) => {
        await unlink(path('second name'))
        await copyFile(path('first name'), path('second name'))
      },
      [
        ['changed attribute', 'first name', /is none, was "first name"$/],
        ['changed attribute', 'second name', /is none, was "first name"$/],
      ],
    ],
    [
      'times of an hour later',
      (path) => utimes(path('other'), writtenAt, writtenAt + 3600),
      [['changed attribute', 'other', /is "1700003600000000000", was "1700000000000000000"$/]],
    ],
    ['permissions of the top', (path) => chmod(path('.'), 0o750), [['changed attribute', '.', /are 0750, were 0700/]]],
  ]

for (const [what, change, expected, needsRoot] of changes)
  test(`a tree of files with ${what} has ${expected.length === 0 ? 'no finding' : 'this finding'}`, async ({
    binary,
  }) => {
    test.skip(needsRoot === true && !isRoot, 'only root can give a file to another owner')
    const folder = await mkdtemp(join(tmpdir(), 'meshdrill-tree-'))
    const path = (name: string) => join(folder, name)
    try {
      await mkdir(path('empty'))
      await chmod(path('empty'), 0o755)
      for (const name of ['file', 'other', 'first name']) await writeFile(path(name), 'content')
      await chmod(path('file'), 0o4755)
      await symlink('file', path('link'))
      await link(path('first name'), path('second name'))
      await resetTimes(folder)
      const now = await list(binary, folder)
      await change(path)
      if (!what.startsWith('times')) await resetTimes(folder)
      const findings = compareTrees(await list(binary, folder), { now })
      expect(findings.map(({ kind, file }) => [kind, file])).toEqual(expected.map(([kind, file]) => [kind, file]))
      for (const [index, [, , detail]] of expected.entries()) expect(findings[index]?.detail).toMatch(detail)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

test('of two files with names that are not UTF-8 and differ in one byte, the lost one is named', async ({ binary }) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-tree-'))
  const bytes = (last: number) => Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([last])])
  try {
    for (const last of [0xe8, 0xe9]) await writeFile(bytes(last), 'same')
    const now = await list(binary, folder)
    expect([...now.keys()]).toEqual(['.', 'caf\\xe8', 'caf\\xe9'])
    await unlink(bytes(0xe8))
    const findings = compareTrees(await list(binary, folder), { now })
    expect(findings.filter(({ kind }) => kind === 'lost')).toMatchObject([{ kind: 'lost', file: 'caf\\xe8' }])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a sparse file that was restored without holes is no integrity finding', async ({ binary }) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshdrill-tree-'))
  const file = join(folder, 'sparse')
  try {
    await writeFile(file, '')
    await truncate(file, 1 << 20)
    await resetTimes(folder)
    const now = await list(binary, folder)
    test.skip((now.get('sparse')?.allocated ?? 0) > 0, 'the file system has no sparse files')
    await writeFile(file, Buffer.alloc(1 << 20))
    await resetTimes(folder)
    const found = await list(binary, folder)
    expect(compareTrees(found, { now })).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})

const attributes = (changed: object = {}) => {
  const none = {
    type: 'file' as const,
    uid: 0,
    gid: 0,
    mtimeNs: '1',
    target: '',
    device: 0,
    link: '',
    xattrs: {},
    unseen: '',
  }
  const file = { path: 'a', size: 0, mode: '0644', blocks: [], zeros: [], reason: null }
  return { ...file, attributes: { ...none, ...changed } }
}

test('extended attributes and ACLs are compared one by one, and unreadable ones are never equal', () => {
  const acl = (value: string) => attributes({ xattrs: { 'system.posix_acl_access': value, 'user.k': '76' } })
  expect(compareAttributes(acl('02'), acl('02'))).toEqual([])
  expect(compareAttributes(acl('03'), acl('02'))).toEqual(['its attribute "system.posix_acl_access" is "03", was "02"'])
  expect(compareAttributes(attributes(), acl('02'))).toHaveLength(2)
  expect(compareAttributes(attributes({ xattrs: { 'user.k': '' } }), attributes())).toEqual([
    'its attribute "user.k" is empty, was none',
  ])
  expect(compareAttributes(attributes({ unseen: 'EPERM' }), acl('02'))).toEqual([
    'its extended attributes were not read: EPERM',
  ])
  expect(compareAttributes(acl('02'), attributes({ unseen: 'EPERM' }))).toEqual([])
})

test('each attribute that is not compared has a reason', () => {
  expect(notCompared.map(({ what }) => what)).toEqual(expect.arrayContaining(['access time', 'change time']))
  for (const { why } of notCompared) expect(why).not.toBe('')
})
