import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { searchObjects } from '../../../lib/store/search.ts'

const TEXT = Buffer.from('a text that is known to the one who searches')
const among = (...parts: Buffer[]): Buffer => Buffer.concat([randomBytes(5000), ...parts, randomBytes(5000)])

/** Searches objects that are only in memory. */
const search = (contents: Buffer[], limitBytes = 1e9) => {
  const stored = new Map(contents.map((content, index) => [`object ${index}`, content]))
  const objects = [...stored].map(([key, { length: bytes }]) => ({ key, bytes, etag: '', modifiedMs: 0 }))
  const bucket = { get: (key: string) => Promise.resolve(stored.get(key) ?? Buffer.from('')) }
  return searchObjects(bucket, objects, { known: [Buffer.from('another'), TEXT], never: [] }, limitBytes)
}

test('a text is found in an object as it is stored, and after decompression of gzip and zlib', async () => {
  // Random bytes would be stored as they are.
  const packed = Buffer.from(`${'an object, '.repeat(99)}${TEXT.toString()}${'and more, '.repeat(99)}`)
  for (const content of [among(TEXT), gzipSync(packed), deflateSync(packed)]) {
    const { found, isComplete } = await search([among(), content, among()])
    expect(found).toEqual({ known: true, never: false })
    expect(isComplete).toBe(true)
  }
})

test('a text that is in no object is not found, and the search is complete', async () => {
  const contents = [among(), gzipSync(among()), Buffer.from('')]
  const bytes = contents.reduce((sum, { length }) => sum + length, 0)
  expect(await search(contents)).toEqual({
    ...{ objects: 3, bytes, searchedBytes: bytes },
    ...{ found: { known: false, never: false }, isComplete: true },
  })
})

test('encrypted content that begins like a compressed one is searched as it is stored', async () => {
  const { found, isComplete } = await search([Buffer.concat([Buffer.from([0x1f, 0x8b]), among(TEXT)])])
  expect({ found: found.known, isComplete }).toEqual({ found: true, isComplete: true })
})

test('a search that reached its limit is not complete, and reads small objects first', async () => {
  const { found, isComplete, searchedBytes } = await search([among(randomBytes(90_000)), TEXT], 50_000)
  expect({ found: found.known, isComplete, searchedBytes }).toEqual({
    found: true,
    isComplete: false,
    searchedBytes: TEXT.length,
  })
})

test('a search is not complete if it cannot open a compressed object', async () => {
  const isOld = !('zstdDecompressSync' in (await import('node:zlib')))
  const { isComplete } = await search([Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), among()])])
  expect(isComplete).toBe(!isOld)
})
