import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { compare } from '../../../../lib/workloads/ledger/compare.ts'
import type { ExpectedState } from '../../../../lib/workloads/support/read-back.ts'
import { type Candidate, diagnose, OVERWRITTEN } from '../../../../lib/workloads/ledger/diagnose.ts'
import type { ListedSlot } from '../../../../lib/workloads/ledger/listing.ts'
import { seededPayload } from '../../../../lib/workloads/ledger/payload.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'
import { encodeRecord, payloadHash, placeOf } from '../../../../lib/workloads/ledger/record.ts'

const seed = 7
const write = (sequence: number, slot: number, generation = 1): Write => {
  return { sequence, slot, generation, sentMs: 1000, acknowledgedMs: 1001 }
}

/** What the service lists of a slot; of a seeded one unless told otherwise. */
function list(slot: number, changes: Partial<ListedSlot> = {}): ListedSlot {
  const seeded = { sequence: slot, generation: 1, place: slot, hash: payloadHash(seededPayload(seed, slot)) }
  return { slot, state: 'ok', ...placeOf(slot), ...seeded, block: null, reason: null, ...changes }
}
const check = (slots: ListedSlot[], expected: Partial<ExpectedState> = {}) =>
  compare({ slots, others: [] }, { seed, seeded: slots.length, writes: [], ...expected })
const tell = (...args: Parameters<typeof check>) => check(...args).findings.map(({ kind, detail }) => [kind, detail])

test('each kind of damage to a record has a finding that shows its content', () => {
  const slots = [
    list(0, { state: 'empty' }),
    list(1, { state: 'unreadable', reason: null }),
    list(2, { state: 'short' }),
    list(3, { place: 9, sequence: 8 }),
    list(4, { sequence: 3 }),
    list(5, { sequence: 70 }),
    list(6, { generation: 0 }),
    list(7, { generation: 2 }),
    list(8, { hash: 'ab' }),
    list(9, { state: 'missing' }),
  ]
  expect(tell(slots)).toEqual([
    ['lost', 'slot 0: the seeded record is not there'],
    ['lost', 'slot 1: cannot be read: no reason given'],
    ['truncated', 'slot 2: the file ends within the record'],
    ['misdirected', 'slot 3: holds the record of slot 9, sequence 8'],
    ['stale', 'slot 4: sequence 3 is older than what was seeded'],
    ['phantom', 'slot 5: sequence 70 was never sent there'],
    ['stale', 'slot 6: sequence 6 is of generation 0, sent was 1'],
    ['phantom', 'slot 7: sequence 7 is of generation 2, sent was 1'],
    ['phantom', 'slot 8: sequence 8 has content that was never sent'],
    ['lost', 'slot 9: its file is not there'],
  ])
})

test('a seeded record in a slot that was not seeded is a phantom', () => {
  for (const slot of [1, 2])
    expect(
      tell(
        [0, 1, 2].map((one) => list(one, one === 0 || one === slot ? {} : { state: 'empty' })),
        { seeded: 1 },
      ),
    ).toEqual([['phantom', `slot ${slot}: sequence ${slot} was never sent there`]])
})

test('only consecutive slots with the same damage are one finding', () => {
  const slots = [0, 1, 2, 3, 4].map((slot) => list(slot, slot === 2 ? {} : { state: 'empty' }))
  expect(tell(slots).map(([, detail]) => detail?.split(':')[0])).toEqual(['slots 0-1', 'slots 3-4'])
})

test('exactly a thousand findings are named, without a line that counts more', () => {
  const last = (many: number) => {
    const slots = Array.from({ length: many }, (_, slot) => list(slot, { state: 'unreadable', reason: `${slot}` }))
    return check(slots).findings.at(-1)?.detail
  }
  expect(last(1000)).toBe('slot 999: cannot be read: 999')
  expect(last(1001)).toBe('slot 999: cannot be read: 999; and 1 findings more')
})

test('writes are found in any order, from the first write to the last slot', () => {
  const writes = [write(2, 9), write(1, 4), write(0, 2)]
  const { findings, slots } = check([list(0)], { writes, seeded: 0, heldBeforeMs: 2000 })
  expect(slots.map(([slot]) => slot)).toEqual([2, 4, 9])
  const kinds = findings.map(({ kind, offset }) => [kind, offset / 4096])
  expect(kinds).toEqual([
    ['phantom', 0],
    ['lost', 2],
    ['lost', 4],
    ['lost', 9],
  ])
})

const noise = (bytes: number) => Buffer.from(fillPayload(new Uint8Array(bytes), 99, 1))
const seededBlock = (slot: number) =>
  encodeRecord({ sequence: slot, generation: 1, slot, payload: seededPayload(seed, slot) })

test('after an overwritten record, only a record without listed bytes and magic counts as overwritten', () => {
  const overwritten = list(0, { state: 'bad magic', block: noise(4096) })
  const flipped = seededBlock(1)
  flipped.writeUInt8(0, 0)
  const beside = (next: Partial<ListedSlot>) => tell([overwritten, list(1, next)]).map(([, detail]) => detail)
  expect(beside({ state: 'bad magic' })).toEqual([`slots 0-1: ${OVERWRITTEN}`])
  expect(beside({ state: 'bad hash' })).toHaveLength(2)
  expect(beside({ state: 'bad magic', block: flipped })).toHaveLength(2)
})

test('half a seeded record in a slot that was not seeded is not torn', () => {
  const torn = Buffer.concat([seededBlock(1).subarray(0, 2048), Buffer.alloc(2048)])
  const slots = [list(0), list(1, { state: 'bad hash', block: torn })]
  expect(tell(slots)).toEqual([['torn', 'slot 1: bad hash; sectors 0-3 of sequence 1, 4-7 never written or zeroed']])
  expect(tell(slots, { seeded: 1 }).map(([kind]) => kind)).toEqual(['flipped'])
})

/** Each byte is `fill`, in a block that was sent as `sequence`. */
const sent = (sequence: number, fill: number, seeded = false): Candidate => {
  return { sequence, seeded, block: Buffer.alloc(4096, fill) }
}
const diagnoseBlock = (block: Buffer | null, candidates: Candidate[], sequence = 0) =>
  diagnose(list(0, { state: 'bad hash', block, sequence }), candidates)
/** A block of ones, with other bytes from some place on. */
const ones = (at: number, ...bytes: number[]) => {
  const block = Buffer.alloc(4096, 1)
  block.set(bytes, at)
  return block
}

test('up to four changed bytes are shown, and the rest is counted', () => {
  const flipped = (...bytes: number[]) => diagnoseBlock(ones(100, ...bytes), [sent(3, 1)])
  const four =
    'byte 100 is 0x09, was 0x01, byte 101 is 0x08, was 0x01, byte 102 is 0x07, was 0x01, byte 103 is 0x06, was 0x01'
  const cause = `bad hash; compared with sequence 3: ${four}`
  expect(flipped(9, 8, 7, 6)).toEqual({ kind: 'flipped', cause, at: 100 })
  expect(flipped(9, 8, 7, 6, 5).cause).toBe(`${cause} and 1 bytes more`)
  expect(flipped(0).cause).toBe('bad hash; compared with sequence 3: byte 100 is 0x00, was 0x01')
  expect(flipped(0, 0, 0, 0).cause).toMatch(
    /compared with sequence 3: byte 100 is 0x00, .* byte 103 is 0x00, was 0x01$/,
  )
  expect(flipped(0, 0, 0, 0, 0).cause).toBe('bad hash; compared with sequence 3: bytes 100-104 are zeros')
})

test('a block is compared with the most similar one that was sent, and first with a zeroed one', () => {
  const others = [sent(3, 3), sent(4, 1), sent(5, 5)]
  for (const candidates of [others, others.toReversed()]) {
    expect(diagnoseBlock(ones(100, 9), candidates).cause).toBe(
      'bad hash; compared with sequence 4: byte 100 is 0x09, was 0x01',
    )
    const zeroed = ones(50, ...Buffer.alloc(4040))
    expect(diagnoseBlock(zeroed, candidates).cause).toBe('bad hash; compared with sequence 4: bytes 50-4089 are zeros')
  }
})

test('each sector is named by the block that it comes from', () => {
  const block = Buffer.alloc(4096, 1)
  block.fill(3, 512, 1024)
  block.fill(0, 3584)
  const cause = 'bad hash; sectors 0 of sequence 4, 1 of sequence 3, 2-6 of sequence 4, 7 never written or zeroed'
  expect(diagnoseBlock(block, [sent(3, 3), sent(4, 1)])).toEqual({ kind: 'torn', cause, at: 0 })
})

test('a record without listed bytes is torn only if its header names a write to this slot', () => {
  const candidates = [sent(0, 1, true), sent(30, 3)]
  expect([30, 0, 31].map((sequence) => diagnoseBlock(null, candidates, sequence).kind)).toEqual([
    'torn',
    'flipped',
    'flipped',
  ])
})
