import { expect, test } from '@playwright/test'
import { foldRepeatedLines, keepEnds, shortenMiddle } from '../../../lib/output/shorten.ts'

test('a text within the limit is not shortened', () => {
  for (const text of ['', 'a', 'x'.repeat(100)]) expect(shortenMiddle(text, 100)).toBe(text)
})

test('a long text loses its middle, keeps its first line, and says how many characters are missing', () => {
  const text = `cause: the disk is full\n${'at /a/long/path (file.ts:1:1)\n'.repeat(100)}Node.js v22`
  const short = shortenMiddle(text, 200)
  expect(short).toMatch(/^cause: the disk is full\n[^]* … \d+ characters left out … [^]*Node\.js v22$/)
  expect(short.length).toBeLessThanOrEqual(200)
  const [, missing] = / … (\d+) characters left out … /.exec(short) ?? []
  expect(short.length - (/ … \d+ characters left out … /.exec(short)?.[0].length ?? 0) + Number(missing)).toBe(
    text.length,
  )
})

test('a shortened text is never longer than its limit, however small the limit is', () => {
  for (let limit = 0; limit < 120; limit++)
    expect(shortenMiddle('word '.repeat(100), limit).length).toBeLessThanOrEqual(limit)
})

test('a character of two UTF-16 units is never cut in half', () => {
  for (let limit = 40; limit < 60; limit++) expect(shortenMiddle('🐘'.repeat(200), limit)).not.toMatch(/\p{Surrogate}/u)
})

test('a text that is added in pieces is shortened like the whole text', () => {
  const text = Array.from({ length: 3000 }, (_, index) => String(index)).join(' ')
  for (const size of [1, 7, 500, 100_000]) {
    const output = keepEnds(300)
    for (let at = 0; at < text.length; at += size) output.add(text.slice(at, at + size))
    expect(output.text()).toBe(shortenMiddle(text, 300))
  }
})

test('a run of equal lines becomes one line with its count, and other lines stay', () => {
  expect(foldRepeatedLines('start\nRequest Failed\nRequest Failed\nRequest Failed\nend\nend')).toBe(
    'start\nRequest Failed (3 times)\nend (2 times)',
  )
  expect(foldRepeatedLines('a\nb\na')).toBe('a\nb\na')
})
