import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { compareTrees } from '../../../../lib/workloads/files/compare.ts'
import { parseTree, type Tree, type TreeFile } from '../../../../lib/workloads/files/tree.ts'

const BLOCK = 65_536

/** A file of blocks that are each told by one letter; the last of them is half a block. */
function file(path: string, letters: string, changes: Partial<TreeFile> = {}): TreeFile {
  const blocks = Array.from(letters, (letter) => letter.repeat(32))
  return { path, size: (letters.length - 0.5) * BLOCK, mode: '0644', blocks, zeros: [], reason: null, ...changes }
}

const tree = (...files: TreeFile[]): Tree => new Map(files.map((one) => [one.path, one]))
const now = tree(file('a', 'abcz'), file('b', 'defz'))
const check = (one: TreeFile, earlier: Tree[] = []) =>
  compareTrees(tree(one, file('b', 'defz')), { now, earlier }).map(({ kind, file, offset, detail }) => [
    kind,
    file,
    offset,
    detail,
  ])

/** Without what is said. */
const places = (one: TreeFile, earlier: Tree[] = []) => check(one, earlier).map((found) => found.slice(0, 3))

test('unchanged files have no findings', () => {
  expect(check(file('a', 'abcz'))).toEqual([])
})

test('consecutive damaged blocks are one finding, with the offset of the first', () => {
  expect(check(file('a', 'axyz'))).toEqual([
    ['flipped', 'a', BLOCK, 'blocks 1-2 of 64 KiB: holds bytes that were never written'],
  ])
  expect(check(file('a', 'xbyz')).map(([, , offset]) => offset)).toEqual([0, 2 * BLOCK])
  expect(places(file('a', 'abcx'))).toEqual([['flipped', 'a', 3 * BLOCK]])
})

test('a block from another place is misdirected, unless its content is in several places', () => {
  expect(check(file('a', 'aefz'))).toEqual([
    ['misdirected', 'a', BLOCK, `block 1 of 64 KiB: holds what belongs to "b" at ${BLOCK}`],
    ['misdirected', 'a', 2 * BLOCK, `block 2 of 64 KiB: holds what belongs to "b" at ${2 * BLOCK}`],
  ])
  expect(places(file('a', 'azcz'))).toEqual([['flipped', 'a', BLOCK]])
})

test('a block with an earlier content of its place is stale', () => {
  const earlier = [tree(file('a', 'abyz'), file('b', 'qefz'))]
  expect(places(file('a', 'abyz'), earlier)).toEqual([['stale', 'a', 2 * BLOCK]])
  expect(places(file('a', 'aycz'), earlier)).toEqual([['flipped', 'a', BLOCK]])
  expect(places(file('a', 'qbcz'), earlier)).toEqual([['flipped', 'a', 0]])
  expect(check(file('a', 'axyz'), earlier).map(([kind, , , detail]) => [kind, detail])).toEqual([
    ['flipped', 'block 1 of 64 KiB: holds bytes that were never written'],
    ['stale', 'block 2 of 64 KiB: holds an earlier content'],
  ])
  expect(places(file('a', 'abyz'), [tree(file('b', 'defz')), ...earlier])).toEqual([['stale', 'a', 2 * BLOCK]])
})

test('a finding gives the exact range of zeroed sectors, without those that were zeros before', () => {
  const zeros: TreeFile['zeros'] = [
    [10, 522],
    [BLOCK + 1024, BLOCK + 2048],
  ]
  expect(check(file('a', 'axcz', { zeros }))).toEqual([
    ['torn', 'a', BLOCK + 1024, `block 1 of 64 KiB: bytes ${BLOCK + 1024}-${BLOCK + 2047} are zeros`],
  ])
  const always = tree(file('a', 'abcz', { zeros: [[BLOCK, 2 * BLOCK]] }), file('b', 'defz'))
  const found = compareTrees(tree(file('a', 'axcz', { zeros }), file('b', 'defz')), { now: always })
  expect(found).toMatchObject([{ kind: 'flipped', offset: BLOCK }])
})

test('zeros are a finding unless all of these bytes were zeros before', () => {
  const found = (before: TreeFile['zeros'], zeros: TreeFile['zeros'] = [[BLOCK + 1024, BLOCK + 2048]]) => {
    const b = file('b', 'defz')
    return compareTrees(tree(file('a', 'axcz', { zeros }), b), { now: tree(file('a', 'abcz', { zeros: before }), b) })
  }
  const kinds = (...args: Parameters<typeof found>) => found(...args).map(({ kind }) => kind)
  expect(kinds([[BLOCK + 1024, BLOCK + 2048]])).toEqual(['flipped'])
  expect(kinds([[BLOCK + 1536, BLOCK + 2048]])).toEqual(['torn'])
  expect(kinds([[BLOCK + 1024, BLOCK + 1536]])).toEqual(['torn'])
  expect(kinds([], [[0, BLOCK]]), 'of the block before alone').toEqual(['flipped'])
  expect(kinds([], [[2 * BLOCK, 3 * BLOCK]]), 'of the block behind alone').toEqual(['flipped'])
})

test('the finding of zeros over several blocks begins at their first byte', () => {
  const zeros: TreeFile['zeros'] = [[BLOCK - 512, 3 * BLOCK]]
  expect(places(file('a', 'xyvz', { zeros }))).toEqual([['torn', 'a', BLOCK - 512]])
})

test('a file of another length is a finding at its end, in addition to its other findings', () => {
  expect(check(file('a', 'ab', { size: BLOCK + 7 }))).toEqual([
    ['truncated', 'a', BLOCK + 7, `has ${BLOCK + 7} bytes, had ${3.5 * BLOCK}`],
  ])
  expect(check(file('a', 'xb', { size: BLOCK + 7 })).map(([kind]) => kind)).toEqual(['flipped', 'truncated'])
  expect(check(file('a', 'abcyy'))).toEqual([
    ['phantom', 'a', 3.5 * BLOCK, `has ${4.5 * BLOCK} bytes, had ${3.5 * BLOCK}`],
  ])
})

test('missing, unreadable and foreign files, and changed permissions, are findings', () => {
  expect(compareTrees(tree(file('b', 'defz'), file('c', 'd')), { now })).toMatchObject([
    { kind: 'lost', file: 'a', detail: 'the file is not there' },
    { kind: 'phantom', file: 'c', detail: 'a file that was never written' },
  ])
  expect(check(file('a', '', { reason: 'permission denied', mode: '0000', size: 3.5 * BLOCK }))).toEqual([
    ['changed attribute', 'a', 0, 'its permissions are 0000, were 0644'],
    ['lost', 'a', 0, 'cannot be read: permission denied'],
  ])
})

const line = '{"path":"a/b","size":70000,"mode":"0644","blocks":"' + 'ab'.repeat(32) + '","zeros":[[0,512]]}\n'
const end = (lines: string, files: number) =>
  `${lines}${JSON.stringify({ files, sha256: createHash('sha256').update(lines).digest('hex') })}\n`

test('a listing is parsed into its files', () => {
  const hash = 'ab'.repeat(16)
  const [one] = [...parseTree(end(line, 1)).values()]
  expect(one).toEqual({
    path: 'a/b',
    size: 70_000,
    mode: '0644',
    blocks: [hash, hash],
    zeros: [[0, 512]],
    reason: null,
  })
  expect(parseTree(end('', 0)).size).toBe(0)
})

test('a listing that is incomplete, changed, or ends with an error is an error', () => {
  const whole = end(line, 1)
  for (const cut of [0, 1, line.length, whole.length - 30, whole.length - 1])
    expect(() => parseTree(whole.slice(0, cut)), `cut at ${cut}`).toThrow(/incomplete/)
  expect(() => parseTree(whole.replace('70000', '70001'))).toThrow(/SHA-256/)
  expect(() => parseTree('{"files":0,"error":"no such file"}\n')).toThrow(/could not be listed: no such file/)
  expect(() => parseTree(end('{"path":1}\n', 1))).toThrow(/line 1 of the listing describes no file/)
})
