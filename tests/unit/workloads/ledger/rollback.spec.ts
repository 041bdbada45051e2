import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { compare } from '../../../../lib/workloads/ledger/compare.ts'
import { OVERWRITTEN } from '../../../../lib/workloads/ledger/diagnose.ts'
import { parseListing, type Listing } from '../../../../lib/workloads/ledger/listing.ts'
import { seededPayload, writtenPayload } from '../../../../lib/workloads/ledger/payload.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'
import { encodeRecord } from '../../../../lib/workloads/ledger/record.ts'
import { StandInVolume } from '../../stand-ins/volume.ts'

const seed = 7
const seeded = 20
const write = (sequence: number, slot: number, generation: number, acknowledgedMs: number | null): Write => {
  return { sequence, slot, generation, sentMs: 900, acknowledgedMs }
}
const older = write(30, 5, 2, 1000)
const newest = write(40, 5, 3, 2000)
const appended = write(31, 20, 1, 1000)
const writes = [older, newest, appended]

const seededBlock = (slot: number) =>
  encodeRecord({ sequence: slot, generation: 1, slot, payload: seededPayload(seed, slot) })
const writtenBlock = ({ sequence, slot, generation }: Write) =>
  encodeRecord({ sequence, slot, generation, payload: writtenPayload(seed, sequence) })

function volume(): StandInVolume {
  const made = new StandInVolume()
  for (let slot = 0; slot < seeded; slot++) made.put(slot, seededBlock(slot))
  for (const one of writes) made.put(one.slot, writtenBlock(one))
  return made
}

/** Read from 3000 on, unless said otherwise. */
const afterFault = (made: StandInVolume | Listing, sent = writes, heldBeforeMs = 3000) =>
  compare(made instanceof StandInVolume ? parseListing(made.list()) : made, {
    seed,
    seeded,
    writes: sent,
    heldBeforeMs,
  })
const afterRestore = (made: StandInVolume, sent = writes) =>
  compare(parseListing(made.list()), { seed, seeded, writes: sent })

test.describe('after a fault, before any restore', () => {
  test('after a fault, a volume with all acknowledged writes has no findings', () => {
    expect(afterFault(volume()).findings).toEqual([])
  })

  for (const [what, block, sequence] of [
    ['its seeded record', seededBlock(5), 5],
    ['an older write', writtenBlock(older), 30],
  ] as const) {
    test(`after a fault, a slot that was rolled back to ${what} is stale, and after a restore it is accepted`, () => {
      const made = volume()
      made.put(5, block)
      const detail = `slot 5: holds sequence ${sequence}, though 40 was acknowledged at 00:00:02.000`
      expect(afterFault(made).findings).toEqual([{ kind: 'stale', file: 'segment-00000', offset: 5 * 4096, detail }])
      expect(afterRestore(made).findings).toEqual([])
      for (const { slots } of [afterFault(made), afterRestore(made)]) expect(slots[0]).toEqual([5, sequence])
    })
  }

  test('after a fault, a missing acknowledged write is lost, even in a slot that was not seeded', () => {
    const made = volume()
    made.put(20, Buffer.alloc(4096))
    const far = write(50, 5000, 1, 2500)
    expect(afterFault(made, [...writes, far]).findings).toMatchObject([
      {
        kind: 'lost',
        file: 'segment-00000',
        offset: 20 * 4096,
        detail: 'slot 20: the acknowledged write is not there',
      },
      { kind: 'lost', file: 'segment-00004', offset: 904 * 4096, detail: 'slot 5000: its file is not there' },
    ])
    expect(afterRestore(made, [...writes, far]).findings).toEqual([])
  })

  test('after a fault, a write that was not acknowledged before the reading may be there or not', () => {
    const made = volume()
    const late = [write(60, 5, 4, null), write(61, 6, 2, 3000), write(62, 21, 1, 3001), write(63, 22, 1, null)]
    expect(afterFault(made, [...writes, ...late]).findings).toEqual([])
    for (const one of late) made.put(one.slot, writtenBlock(one))
    expect(afterFault(made, [...writes, ...late]).findings).toEqual([])
  })

  test('the newest acknowledged write counts, independent of the order of outcomes', () => {
    const made = volume()
    made.put(5, writtenBlock(older))
    expect(afterFault(made, [newest, older, appended]).findings).toMatchObject([{ kind: 'stale' }])
    expect(afterFault(made, writes, 2000).findings).toEqual([])
    expect(afterFault(made, writes, 2001).findings).toMatchObject([{ kind: 'stale' }])
  })

  test('a misdirected record and a phantom are not stale', () => {
    const made = volume()
    made.put(5, seededBlock(6))
    made.put(20, encodeRecord({ sequence: 3, generation: 1, slot: 20, payload: writtenPayload(seed, 3) }))
    const { findings, slots } = afterFault(made)
    expect(findings.map(({ kind }) => kind)).toEqual(['misdirected', 'phantom'])
    expect(slots).toEqual([
      [5, -1],
      [20, -1],
    ])
  })
})

test('an unreadable slot is lost with the reason, and is not counted as an object', () => {
  const listing = parseListing(volume().list())
  const { objects } = afterFault(listing)
  for (const slot of listing.slots.slice(0, 10))
    Object.assign(slot, { state: 'unreadable', reason: 'permission denied' })
  const result = afterFault(listing)
  expect(result.findings).toMatchObject([
    { kind: 'lost', file: 'segment-00000', offset: 0, detail: 'slots 0-9: cannot be read: permission denied' },
  ])
  expect(result.objects).toBe(objects - 10)
  expect(result.slots[0]).toEqual([5, -1])
})

test('a file without a valid record is one finding, though only some of its bytes are listed', () => {
  const made = volume()
  made.files.set('segment-00000', Buffer.from(fillPayload(new Uint8Array(1024 * 4096), 99, 1)))
  const listing = parseListing(made.list())
  // As the service does it where more is corrupt than it shows.
  for (const slot of listing.slots.slice(24)) Object.assign(slot, { state: 'bad magic', block: null })
  expect(afterFault(listing).findings).toEqual([
    { kind: 'flipped', file: 'segment-00000', offset: 0, detail: `slots 0-1023: ${OVERWRITTEN}` },
  ])
})

test('a changed byte in the slot after an encrypted record is a separate finding', () => {
  const made = volume()
  made.put(8, Buffer.from(fillPayload(new Uint8Array(4096), 99, 1)))
  made.flip(9, 100, 1)
  expect(afterFault(made).findings.map(({ offset, detail }) => [offset, detail.includes(OVERWRITTEN)])).toEqual([
    [8 * 4096, true],
    [9 * 4096 + 100, false],
  ])
})

test('a record without listed bytes is not taken for encrypted after a record with one changed byte', () => {
  const made = volume()
  made.flip(8, 100, 1)
  made.flip(9, 0, 1)
  const listing = parseListing(made.list())
  Object.assign(listing.slots[9] ?? {}, { state: 'bad magic', block: null })
  expect(afterFault(listing).findings.map(({ offset, detail }) => [offset, detail.split(';')[0]])).toEqual([
    [8 * 4096 + 100, 'slot 8: bad hash'],
    [9 * 4096, 'slot 9: bad magic'],
  ])
})

test('the finding of a garbage sector begins at its first byte, if the rest of the record is intact', () => {
  const made = volume()
  made.files.get('segment-00000')?.set(fillPayload(new Uint8Array(512), 99, 1), 9 * 4096 + 1024)
  expect(afterFault(made).findings).toMatchObject([
    {
      kind: 'flipped',
      offset: 9 * 4096 + 1024,
      detail: expect.stringMatching(/compared with sequence 9: byte 1024 is .* and \d+ bytes more$/),
    },
  ])
})

test('zeroed bytes are named, independent of their number', () => {
  for (const [from, until] of [
    [700, 1000],
    [20, 4090],
  ] as const) {
    const made = volume()
    made.files.get('segment-00000')?.fill(0, 9 * 4096 + from, 9 * 4096 + until)
    const [finding] = afterFault(made).findings
    expect(finding).toMatchObject({ kind: 'flipped', offset: 9 * 4096 + from })
    expect(finding?.detail).toContain(`compared with sequence 9: bytes ${from}-${until - 1} are zeros`)
  }
})

test('a changed byte in a slot that was never written is named', () => {
  const made = volume()
  made.flip(900, 3000, 4)
  expect(afterFault(made).findings).toMatchObject([
    {
      kind: 'flipped',
      offset: 900 * 4096 + 3000,
      detail: expect.stringMatching(/compared with an empty slot: byte 3000 is 0x04, was 0x00$/),
    },
  ])
})

test('a file that the service did not make is a phantom', () => {
  const listing = { ...parseListing(volume().list()), others: ['ballast'] }
  expect(afterFault(listing).findings).toEqual([
    { kind: 'phantom', file: 'ballast', offset: 0, detail: 'a file that the service did not make' },
  ])
})
