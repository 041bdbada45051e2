import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import type { Write } from '../../../../lib/record/facts.ts'
import { compare } from '../../../../lib/workloads/ledger/compare.ts'
import { parseListing } from '../../../../lib/workloads/ledger/listing.ts'
import { seededPayload, writtenPayload } from '../../../../lib/workloads/ledger/payload.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'
import { encodeRecord, type LedgerRecord } from '../../../../lib/workloads/ledger/record.ts'
import { deployedLedger } from '../../../../lib/workloads/ledger/ledger.ts'
import { startStandIn } from '../../stand-ins/service.ts'
import { StandInVolume } from '../../stand-ins/volume.ts'

const seed = 7
const seeded = 1030
const overwrite: Write = { sequence: 1030, slot: 5, generation: 2, sentMs: 1000, acknowledgedMs: 1001 }
const append: Write = { sequence: 1031, slot: 1030, generation: 1, sentMs: 1025, acknowledgedMs: null }
const writes = [overwrite, append]

const seededRecord = (slot: number): LedgerRecord => {
  return { sequence: slot, generation: 1, slot, payload: seededPayload(seed, slot) }
}
const writtenRecord = ({ sequence, slot, generation }: Write): LedgerRecord => {
  return { sequence, slot, generation, payload: writtenPayload(seed, sequence) }
}

function volume(): StandInVolume {
  const made = new StandInVolume()
  for (let slot = 0; slot < seeded; slot++) made.put(slot, encodeRecord(seededRecord(slot)))
  for (const write of writes) made.put(write.slot, encodeRecord(writtenRecord(write)))
  return made
}

const check = (made: StandInVolume, sent = writes) => compare(parseListing(made.list()), { seed, seeded, writes: sent })

test('payloads are computed as the service does', () => {
  // The same vectors stand in record_test.go.
  const hex = (s: number, sequence: number) => Buffer.from(fillPayload(new Uint8Array(18), s, sequence)).toString('hex')
  expect(hex(1, 0)).toBe('3e38551ae8b89f245676026216bbecc90ba9')
  expect(hex(20260101, 32768)).toBe('10a041262c738c91801a95125b0a171cfc4d')
  expect(hex(2 ** 53 - 1, 2 ** 53 - 1)).toBe('22acd01ccd2aea66fd93071684ee9cea9d43')
})

test('blocks are encoded as the service does', () => {
  const payload = writtenPayload(1, 40_000)
  const block = encodeRecord({ sequence: 40_000, generation: 2, slot: 9, payload })
  expect(createHash('sha256').update(block).digest('hex')).toBe(
    '4e8ab8145e61daca622eaaa8a90c2f167d4e32bef8aa21200cf51d56915c2b56',
  )
})

test('an unchanged volume has no findings, and shows the content of each written slot', () => {
  expect(check(volume())).toEqual({
    objects: 1031,
    bytes: 1031 * 4096,
    findings: [],
    slots: [
      [5, 1030],
      [1030, 1031],
    ],
    error: null,
  })
})

test('missing writes are no findings, but the slots show them', () => {
  const made = volume()
  made.put(5, encodeRecord(seededRecord(5)))
  made.put(1030, Buffer.alloc(4096))
  const beyond: Write = { ...append, sequence: 9999, slot: 4000 }
  const result = check(made, [...writes, beyond])
  expect(result.findings).toEqual([])
  expect(result.slots).toEqual([
    [5, 5],
    [1030, -1],
    [4000, -1],
  ])
})

test('a seeded slot that is empty is lost, even if a write had replaced its record', () => {
  const made = volume()
  made.put(5, Buffer.alloc(4096))
  const { findings, slots } = check(made)
  expect(findings).toMatchObject([{ kind: 'lost', file: 'segment-00000', offset: 5 * 4096 }])
  expect(slots[0]).toEqual([5, -1])
})

test('an empty volume is lost, not a success', () => {
  const { findings, objects } = check(new StandInVolume())
  expect(objects).toBe(0)
  expect(findings.map(({ kind, file, detail }) => [kind, file, detail.split(':')[0]])).toEqual([
    ['lost', 'segment-00000', 'slots 0-1023'],
    ['lost', 'segment-00001', 'slots 1024-1029'],
  ])
})

test('a missing file before the last is one finding', () => {
  const made = volume()
  made.files.delete('segment-00000')
  expect(check(made).findings).toMatchObject([{ kind: 'lost', file: 'segment-00000', offset: 0 }])
})

test('a shortened file is truncated', () => {
  const made = volume()
  made.truncate('segment-00001', 3 * 4096 + 17)
  const { findings } = check(made)
  expect(findings).toMatchObject([{ kind: 'truncated', file: 'segment-00001', offset: 3 * 4096 }])
  expect(findings[0]?.detail).toContain('slots 1027-2047')
})

for (const [where, at] of [
  ['magic', 1],
  ['header', 9],
  ['hash', 40],
  ['payload', 3000],
] as const) {
  test(`a changed byte of the ${where} is flipped, with its offset`, () => {
    const made = volume()
    const [before, after] = made.flip(200, at, 0x10)
    const { findings } = check(made)
    expect(findings).toMatchObject([{ kind: 'flipped', file: 'segment-00000', offset: 200 * 4096 + at }])
    expect(findings[0]?.detail).toContain(`byte ${at} is ${after}, was ${before}`)
  })
}

test('a changed byte of a write is flipped, and the write counts as missing', () => {
  const made = volume()
  made.flip(1030, 70, 0xff)
  const { findings, slots } = check(made)
  expect(findings).toMatchObject([{ kind: 'flipped', file: 'segment-00001', offset: 6 * 4096 + 70 }])
  expect(slots).toContainEqual([1030, -1])
})

test('a record with half old and half new content is torn', () => {
  const made = volume()
  made.put(
    5,
    Buffer.concat([
      encodeRecord(writtenRecord(overwrite)).subarray(0, 1024),
      encodeRecord(seededRecord(5)).subarray(1024),
    ]),
  )
  const { findings } = check(made)
  expect(findings).toMatchObject([{ kind: 'torn', offset: 5 * 4096 }])
  expect(findings[0]?.detail).toContain('0-1 of sequence 1030, 2-7 of sequence 5')
})

test('a record of which half was never written is torn', () => {
  const made = volume()
  made.put(9, Buffer.concat([encodeRecord(seededRecord(9)).subarray(0, 2048), Buffer.alloc(2048)]))
  expect(check(made).findings).toMatchObject([{ kind: 'torn', offset: 9 * 4096 }])
})

test('corruption is found without the bytes of the record', () => {
  const made = volume()
  made.flip(200, 100, 1)
  made.flip(5, 100, 1)
  const listing = parseListing(made.list())
  for (const slot of listing.slots) slot.block = null
  const { findings } = compare(listing, { seed, seeded, writes })
  expect(findings.map(({ kind, offset }) => [kind, offset])).toEqual([
    ['torn', 5 * 4096],
    ['flipped', 200 * 4096],
  ])
})

test('a record in the wrong place is misdirected', () => {
  const made = volume()
  made.put(11, encodeRecord(seededRecord(12)))
  expect(check(made).findings).toMatchObject([{ kind: 'misdirected', offset: 11 * 4096 }])
})

test('a record older than the seeded one is stale, and so is an older generation', () => {
  const made = volume()
  made.put(11, encodeRecord({ ...seededRecord(11), sequence: 3 }))
  made.put(5, encodeRecord({ ...writtenRecord(overwrite), generation: 1 }))
  expect(check(made).findings).toMatchObject([
    { kind: 'stale', offset: 5 * 4096 },
    { kind: 'stale', offset: 11 * 4096 },
  ])
})

test('a record that was never sent is a phantom: by sequence, by content, by seed, by slot', () => {
  const made = volume()
  made.put(5, encodeRecord({ ...writtenRecord(overwrite), sequence: 5000 }))
  made.put(6, encodeRecord({ ...seededRecord(6), payload: seededPayload(seed + 1, 6) }))
  made.put(7, encodeRecord({ ...seededRecord(7), payload: seededPayload(seed, 7).subarray(0, 4000) }))
  made.put(1030, encodeRecord({ ...writtenRecord(append), payload: writtenPayload(seed, 1030) }))
  made.put(1100, encodeRecord({ ...writtenRecord(append), slot: 1100 }))
  const { findings, slots } = check(made)
  expect(findings.map(({ kind, detail }) => [kind, detail.split(':')[0]])).toEqual([
    ['phantom', 'slot 5'],
    ['phantom', 'slot 6'],
    ['phantom', 'slot 7'],
    ['phantom', 'slot 1030'],
    ['phantom', 'slot 1100'],
  ])
  expect(slots).toEqual([
    [5, -1],
    [1030, -1],
  ])
})

test('the number of findings is limited, and the last one counts the others', () => {
  const made = volume()
  for (let slot = 0; slot < 1010; slot++) made.flip(slot, 4000, 1)
  const { findings } = check(made)
  expect(findings).toHaveLength(1000)
  expect(findings.at(-1)?.detail).toContain('and 10 findings more')
})

test('a listing that is incomplete at any place is an error, never a smaller volume', () => {
  const whole = volume().list()
  const cuts = [0, 1, 40, whole.indexOf('\n') + 1, whole.length - 200, whole.length - 30, whole.length - 1]
  for (const cut of cuts) expect(() => parseListing(whole.subarray(0, cut)), `cut at ${cut}`).toThrow(/incomplete/)
})

test('a listing with a missing or changed line is an error', () => {
  const text = volume().list().toString('latin1')
  const lines = text.split('\n')
  const without = [...lines.slice(0, 3), ...lines.slice(4)].join('\n')
  expect(() => parseListing(Buffer.from(without))).toThrow(/SHA-256/)
  expect(() => parseListing(Buffer.from(text.replace('"empty"', '"ok"')))).toThrow(/SHA-256/)
})

test('a listing that ends with an error of the service is an error with this reason', () => {
  const text = volume().list().toString('latin1').split('\n').slice(0, 1024)
  const ended = [...text, '{"slots":1024,"records":1024,"error":"read segment-00001: input/output error"}', ''].join(
    '\n',
  )
  expect(() => parseListing(Buffer.from(ended))).toThrow(
    /could not read its records: read segment-00001: input\/output error/,
  )
})

test('an unreadable service is an error of the check, never an intact volume', async () => {
  const service = await startStandIn(seed)
  const verify = () =>
    deployedLedger('test').verify(service.route, { seed, seeded, writes: () => Promise.resolve(writes) })
  for (const [behaviour, error] of [
    ['unavailable', /answered 503: no healthy upstream/],
    ['cut', /aborted/],
    ['refusing', /ECONNREFUSED/],
    ['right', /the listing is incomplete/],
  ] as const) {
    await service.behave(behaviour)
    const check = await verify()
    expect(check.error, behaviour).toMatch(error)
    expect(check.objects).toBe(0)
  }
  await service.stop()
})
