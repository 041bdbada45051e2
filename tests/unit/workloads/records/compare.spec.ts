import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { compareRecords } from '../../../../lib/workloads/support/records/compare.ts'
import { parseRecords, type ListedRecord } from '../../../../lib/workloads/support/records/listing.ts'
import { payloadsOf } from '../../../../lib/workloads/support/records/payloads.ts'

const payloads = payloadsOf({ seededBytes: 40, writtenBytes: 20 })
const seed = 5
const seeded = 4

const hashOf = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('hex').slice(0, 32)

const record = (slot: number, sequence = slot, change: Partial<ListedRecord> = {}): ListedRecord => {
  const payload = sequence < seeded ? payloads.seeded(seed, sequence) : payloads.written(seed, sequence)
  const generation = sequence < seeded ? 1 : 2
  return {
    ...{ slot, sequence, generation, bytes: payload.length, hash: hashOf(payload) },
    ...{ file: 'table', offset: slot * 100 },
    ...change,
  }
}

const write = (slot: number, sequence: number, acknowledgedMs: number | null = 1000): Write => {
  return { sequence, slot, generation: 2, sentMs: 990, acknowledgedMs }
}

const whole = [0, 1, 2, 3].map((slot) => record(slot))

const check = (records: ListedRecord[], { writes = [] as Write[], heldBeforeMs = -Infinity } = {}) =>
  compareRecords({ records, findings: [] }, { seed, seeded, writes, heldBeforeMs }, payloads)

const kinds = (result: ReturnType<typeof check>) => result.findings.map(({ kind, detail }) => [kind, detail])

test('seeded records have no finding, and are counted with their bytes', () => {
  expect(check(whole)).toEqual({ objects: 4, bytes: 160, findings: [], slots: [], error: null })
})

test('a missing seeded record is lost, and consecutive ones are one finding', () => {
  expect(kinds(check([record(0)]))).toEqual([['lost', 'slots 1-3: the seeded record is not there']])
})

test('a record with content that was never sent is flipped, with its file and offset', () => {
  const [finding] = check([...whole.slice(0, 3), record(3, 3, { hash: '00' })]).findings
  expect(finding).toMatchObject({ kind: 'flipped', file: 'table', offset: 300 })
})

test('a record with a sequence or a generation that was never sent is a phantom', () => {
  const writes = [write(1, 4)]
  expect(kinds(check([record(0), record(1, 9), record(2), record(3, 3, { generation: 3 })], { writes }))).toEqual([
    ['phantom', 'slot 1: sequence 9 was never sent there'],
    ['phantom', 'slot 3: sequence 3 is of generation 3, sent was 1'],
  ])
})

test('after a restore an older record is no finding, and the slots show the loss', () => {
  const result = check(whole, { writes: [write(1, 4), write(7, 5)] })
  expect(result.findings).toEqual([])
  expect(result.slots).toEqual([
    [1, 1],
    [7, -1],
  ])
})

test('after a fault a missing acknowledged write is a finding', () => {
  const result = check(whole, { writes: [write(1, 4), write(7, 5), write(2, 6, null)], heldBeforeMs: 2000 })
  expect(result.findings.map(({ kind }) => kind)).toEqual(['stale', 'lost'])
  expect(result.slots).toContainEqual([1, 1])
})

test('a slot that is listed twice is a phantom, and counts as empty', () => {
  const result = check([...whole, record(1, 4)], { writes: [write(1, 4)] })
  expect(kinds(result)).toEqual([['phantom', 'slot 1: is there more than once']])
  expect(result.slots).toEqual([[1, -1]])
})

test("a service's own findings are findings of the check", () => {
  const own = { kind: 'torn', file: 'base/1', offset: 8192, detail: 'page 1 is zeros' } as const
  const result = compareRecords({ records: whole, findings: [own] }, { seed, seeded, writes: [] }, payloads)
  expect(result.findings).toEqual([own])
})

/** A listing as the service writes it. */
function listingOf(lines: unknown[], end?: object): Buffer {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  return Buffer.from(`${text}${JSON.stringify(end ?? { records: lines.filter(Array.isArray).length, sha256 })}\n`)
}

const line = [3, 9, 2, 20, 'abcd', 'base/1', 8192]
const own = { kind: 'flipped', file: 'base/1', offset: 0, detail: 'page 0' }

test('a listing is parsed into its records and its findings', () => {
  expect(parseRecords(listingOf([line, own]))).toEqual({
    records: [{ slot: 3, sequence: 9, generation: 2, bytes: 20, hash: 'abcd', file: 'base/1', offset: 8192 }],
    findings: [own],
  })
})

test('a listing that is incomplete, changed, or ends with an error is an error', () => {
  const listing = listingOf([line, own])
  expect(() => parseRecords(listing.subarray(0, -20))).toThrow('the listing is incomplete')
  expect(() => parseRecords(listing.subarray(0, listing.indexOf('\n') + 1))).toThrow('the listing is incomplete')
  expect(() => parseRecords(Buffer.from(listing.toString().replace('[3,9', '[3,8')))).toThrow('SHA-256')
  expect(() => parseRecords(listingOf([line], { error: 'the connection is gone' }))).toThrow('the connection is gone')
  expect(() => parseRecords(Buffer.alloc(0))).toThrow('the listing is incomplete')
})
