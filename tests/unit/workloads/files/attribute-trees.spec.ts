import {
  chmod,
  chown,
  copyFile,
  lchown,
  lutimes,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { FILE_ATTRIBUTES, type FileAttribute } from '../../../../lib/record/facts.ts'
import { compareAttributeTrees, parseMissing, type AttributeTree } from '../../../../lib/workloads/files/attributes.ts'
import { listTree, runVolume, test as base } from './program.ts'

interface Made {
  folder: string
  was: AttributeTree
}

/** A tree with every attribute, which a test may change. */
const test = base.extend<{ made: Made }>({
  async made({ binary }, use) {
    const above = await mkdtemp(join(tmpdir(), 'meshdrill-attributes-'))
    const folder = join(above, 'attributes')
    const missing = parseMissing(await runVolume(binary, 'attributes', folder, '--seed', '7'))
    await use({ folder, was: { tree: await listTree(binary, folder), missing } })
    await rm(above, { recursive: true })
  },
})
test.skip(process.getuid?.() !== 0, 'only root can give files to other users')

/** The attributes that not every entry has as before, each with the number of those entries. */
const countLost = ({ attributes }: ReturnType<typeof compareAttributeTrees>): [FileAttribute, number][] =>
  attributes.flatMap(({ attribute, entries, kept }) => (kept === entries ? [] : [[attribute, entries - kept]]))

test('an unchanged tree shows every attribute, and each is kept', async ({ binary, made: { folder, was } }) => {
  const { findings, attributes } = compareAttributeTrees(await listTree(binary, folder), was)
  expect(findings).toEqual([])
  expect(attributes.map(({ attribute }) => attribute)).toEqual([...FILE_ATTRIBUTES])
  for (const { attribute, entries, kept, missing } of attributes) {
    expect(kept, attribute).toBe(entries)
    if (missing === undefined) expect(entries, attribute).toBeGreaterThan(0)
  }
})

/** Rewrites the file without holes, and keeps its times. */
async function fill(path: string): Promise<void> {
  const [content, { atime, mtime }] = [await readFile(path), await stat(path)]
  await writeFile(path, content)
  await utimes(path, atime, mtime)
}

async function copy(from: string, to: string): Promise<void> {
  await unlink(to)
  await copyFile(from, to)
  await lchown(to, 10001, 10001)
}

type Change = (folder: string) => Promise<unknown>

/** What a tool may do to a tree, the attributes that it costs, and the kinds of its findings. */
const changes: [what: string, change: Change, lost: Partial<Record<FileAttribute, number>>, kinds: string[]][] = [
  ['a changed byte', (at) => writeFile(`${at}/names/-rf`, 'x'.repeat(100)), { content: 1 }, ['flipped']],
  ['a plain file that is gone', (at) => unlink(`${at}/small/00/01`), { content: 1 }, ['lost']],
  ['a truncated file', (at) => truncate(`${at}/large/0`, 65_536), { content: 1 }, ['truncated']],
  ['a name with a line break that is gone', (at) => unlink(`${at}/names/two\nlines`), { 'name-special': 1 }, ['lost']],
  ['a name of 255 bytes that is gone', (at) => unlink(`${at}/names/${'x'.repeat(255)}`), { 'name-long': 1 }, ['lost']],
  [
    'a name that is not UTF-8 and was translated',
    (at) =>
      rename(
        Buffer.concat([Buffer.from(`${at}/names/caf`), Buffer.from([0xe9])]),
        Buffer.from(`${at}/names/caf\ufffd`),
      ),
    { 'name-bytes': 1 },
    ['lost', 'phantom'],
  ],
  ['a deep file that is gone', (at) => unlink(`${deepest(at)}/file`), { 'deep-folder': 1 }, ['lost']],
  [
    'an empty folder that is gone',
    (at) => rm(`${at}/empty/folder/in-folder`, { recursive: true }),
    { 'empty-folder': 1 },
    ['lost'],
  ],
  ['a symbolic link that is gone', (at) => unlink(`${at}/links/dangling`), { symlink: 1 }, ['lost']],
  [
    'a symbolic link that became a file',
    async (at) => {
      await unlink(`${at}/links/relative`)
      await writeFile(`${at}/links/relative`, '')
    },
    { symlink: 1 },
    ['lost'],
  ],
  [
    'a symbolic link to elsewhere',
    async (at) => {
      await unlink(`${at}/links/dangling`)
      await symlink('elsewhere', `${at}/links/dangling`)
      await lchown(`${at}/links/dangling`, 10001, 10001)
    },
    { symlink: 1 },
    [],
  ],
  [
    'hard links that became copies',
    (at) => copy(`${at}/links/first-name`, `${at}/links/second-name`),
    { 'hard-link': 1 },
    [],
  ],
  ['a pipe that is gone', (at) => unlink(`${at}/pipe`), { fifo: 1 }, []],
  ['other permissions', (at) => chmod(`${at}/permissions/file-0400`, 0o444), { permissions: 1 }, []],
  ['a setuid bit that is gone', (at) => chmod(`${at}/special-bits/setuid`, 0o755), { 'special-bits': 1 }, []],
  ['a new setuid bit', (at) => chmod(`${at}/permissions/file-0755`, 0o4755), { 'special-bits': 1 }, []],
  ['another owner', (at) => chown(`${at}/owners/file-1234-5678`, 1235, 5678), { owner: 1 }, []],
  ['another group', (at) => lchown(`${at}/owners/link`, 1234, 5679), { group: 1 }, []],
  [
    'a lost time of a file',
    (at) => utimes(`${at}/small/00/02`, 1_577_836_900, 1_577_836_900.123456789),
    { time: 1 },
    [],
  ],
  ['a lost old time', (at) => utimes(`${at}/times/epoch`, 1_000_000_000, 1_000_000_000), { 'old-time': 1 }, []],
  ['a lost time of a symbolic link', (at) => lutimes(`${at}/links/odd`, 1, 1), { 'symlink-time': 1 }, []],
  ['a lost time of a folder', (at) => utimes(`${at}/empty/folder/in-folder`, 1, 1), { 'folder-time': 1 }, []],
  ['a sparse file that came back full', (at) => fill(`${at}/sparse/nothing`), { holes: 1 }, []],
  ['an entry that was never made', (at) => writeFile(`${at}/new`, ''), {}, ['phantom']],
]

const deepest = (folder: string): string => `${folder}/deep${`/${'d'.repeat(100)}`.repeat(25)}`

/** Attributes of time change with most changes. Only the tests of times look at them. */
const TIMES: readonly FileAttribute[] = ['time', 'time-fraction', 'folder-time', 'symlink-time']

for (const [what, change, lost, kinds] of changes)
  test(`a tree with ${what} costs ${Object.keys(lost).join(', ') || 'no attribute'}`, async ({ binary, made }) => {
    await change(made.folder)
    const { findings, attributes } = compareAttributeTrees(await listTree(binary, made.folder), made.was)
    const own = Object.keys(lost) as FileAttribute[]
    const found = countLost({ findings, attributes }).filter(
      ([attribute]) => own.includes(attribute) || !TIMES.includes(attribute),
    )
    expect(Object.fromEntries(found)).toEqual(lost)
    expect(findings.map(({ kind }) => kind)).toEqual(kinds)
    for (const { file } of findings) expect(file).toMatch(/^attributes\//)
    for (const attribute of own) {
      const { examples = [] } = attributes.find((row) => row.attribute === attribute) ?? {}
      expect(examples.length, attribute).toBeGreaterThan(0)
      for (const { was, is } of examples) expect(is, attribute).not.toBe(was)
    }
  })

test('lost fractions of a second are counted apart from lost seconds', async ({ binary, made: { folder, was } }) => {
  const file = join(folder, 'small/00/03')
  const { mtimeMs } = await stat(file)
  await utimes(file, Math.floor(mtimeMs / 1000), Math.floor(mtimeMs / 1000))
  expect(countLost(compareAttributeTrees(await listTree(binary, folder), was))).toEqual([['time-fraction', 1]])
})

test('extended attributes, ACLs and capabilities that are gone are counted apart', ({ made: { was } }) => {
  const bare = [...was.tree].map(([path, entry]) => {
    const { attributes } = entry
    return [path, attributes === undefined ? entry : { ...entry, attributes: { ...attributes, xattrs: {} } }] as const
  })
  const result = compareAttributeTrees(new Map(bare), was)
  expect(result.findings).toEqual([])
  const extended: FileAttribute[] = ['acl', 'capability', 'xattr']
  const lost = countLost(result).map(([attribute]) => attribute)
  expect(lost).toEqual(extended.filter((attribute) => was.missing[attribute] === undefined))
})

test('of an empty tree every entry is lost, and no attribute of an entry is counted', ({ made: { was } }) => {
  const { findings, attributes } = compareAttributeTrees(new Map(), was)
  expect(findings).toHaveLength(was.tree.size - 1)
  expect(attributes.find(({ attribute }) => attribute === 'owner')).toMatchObject({ entries: 0, kept: 0 })
})

test('a reason why an attribute is not in the tree is kept', () => {
  expect(parseMissing('{"entries":3,"missing":{"acl":"operation not supported"}}')).toEqual({
    acl: 'operation not supported',
  })
  expect(() => parseMissing('{"entries":3,"missing":{"colour":"x"}}')).toThrow()
})
