import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { parseTree } from '../../../../lib/workloads/files/tree.ts'

const hash = 'ab'.repeat(16)
const file = { path: 'a/b', size: 70_000, mode: '0644', blocks: hash + hash, zeros: [[0, 512]] }

function seal(lines: unknown[], end: object = {}): string {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  return `${text}${JSON.stringify({ files: lines.length, sha256, ...end })}\n`
}

test('files without blocks, without zeros, and unreadable files are parsed', () => {
  const { zeros, ...dense } = file
  const empty = { ...dense, path: 'empty', size: 0, blocks: '' }
  const tree = parseTree(seal([file, { ...dense, path: 'dense' }, empty, { ...empty, path: 'shut', reason: 'EACCES' }]))
  const none = { zeros: [], reason: null }
  expect([...tree]).toEqual([
    ['a/b', { ...file, blocks: [hash, hash], zeros, reason: null }],
    ['dense', { ...dense, path: 'dense', blocks: [hash, hash], ...none }],
    ['empty', { ...empty, blocks: [], ...none }],
    ['shut', { ...empty, path: 'shut', blocks: [], ...none, reason: 'EACCES' }],
  ])
})

const long = 'x'.repeat(200)
const refused: [what: string, listing: string, message: string][] = [
  ['no number of files', seal([file], { files: '1' }), 'the listing of the files is incomplete'],
  ['no hash', seal([file], { sha256: 1 }), 'the listing of the files is incomplete'],
  ['null as its last line', 'null\n', 'the listing of the files is incomplete. It ends with "null\\n"'],
  ['a long end', long, `the listing of the files is incomplete. It ends with "${'x'.repeat(80)}"`],
  ['null as a line', seal([file, null]), 'line 2 of the listing describes no file: null'],
  ['a long line', seal([long]), `line 1 of the listing describes no file: "${'x'.repeat(119)}`],
  ...Object.entries({ path: 1, size: '1', mode: 420, blocks: [] }).map(([field, wrong]): [string, string, string] => [
    `a wrong ${field}`,
    seal([{ ...file, [field]: wrong }]),
    'line 1 of the listing describes no file: {',
  ]),
]

test('an invalid listing of files is refused with the reason', () => {
  for (const [what, listing, message] of refused) {
    const parse = () => parseTree(listing)
    expect(parse, what).toThrow(message)
    // What is shown of a line is short.
    expect(parse, what).not.toThrow('x'.repeat(120))
  }
})
