import { createHash } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { parseListing } from '../../../../lib/workloads/ledger/listing.ts'

/** What the service prints of a slot: slot, sequence, generation, place, hash, state, file, offset, and what more there is. */
const ok = (slot: number): unknown[] => [slot, 40 + slot, 2, slot, 'ab', 'ok', 'segment-00000', 4096 * slot]
const withField = (field: number, value: unknown): unknown[] => ok(1).with(field, value)

function seal(lines: unknown[], end: object = {}): Buffer {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  return Buffer.from(`${text}${JSON.stringify({ slots: lines.length, sha256, ...end })}\n`)
}

test('each field of a slot is parsed, and the further fields of corrupt and unreadable slots', () => {
  const corrupt = [...ok(1).with(5, 'bad hash'), 'AAEC']
  const unreadable = [...ok(2).with(5, 'unreadable'), 'EIO']
  const { slots, others } = parseListing(seal([ok(0), corrupt, unreadable], { others: ['ballast'] }))
  const first = { sequence: 40, generation: 2, place: 0, hash: 'ab', file: 'segment-00000', offset: 0 }
  expect(slots).toMatchObject([
    { slot: 0, state: 'ok', block: null, reason: null, ...first },
    { slot: 1, state: 'bad hash', block: Buffer.from([0, 1, 2]), reason: null },
    { slot: 2, state: 'unreadable', block: null, reason: 'EIO' },
  ])
  expect(others).toEqual(['ballast'])
  expect(parseListing(seal([])).slots).toEqual([])
})

const long = 'x'.repeat(200)
const refused: [what: string, listing: Buffer, message: string][] = [
  ['fewer slots than its end says', seal([ok(0)], { slots: 2 }), 'the listing has 1 slots, its last line says 2'],
  ['no number of slots', seal([ok(0)], { slots: '1' }), 'the listing is incomplete'],
  ['no hash', seal([ok(0)], { sha256: 1 }), 'the listing is incomplete'],
  ['null as its last line', Buffer.from('null\n'), 'the listing is incomplete. It ends with "null\\n"'],
  ['half an end', Buffer.from('{"slots":\n'), 'the listing is incomplete. It ends with "{\\"slots\\":\\n"'],
  ['a long end', Buffer.from(long), `the listing is incomplete. It ends with "${'x'.repeat(80)}"`],
  ['an error at its end', Buffer.from('{"error":"EIO"}\n'), 'the service could not read its records: EIO'],
  ['a line that is not an array', seal([ok(0), { slot: 1 }]), 'line 2 of the listing is not an array: {"slot":1}'],
  ['a long line that is not an array', seal([long]), `line 1 of the listing is not an array: "${'x'.repeat(119)}`],
  [
    'a line of another slot',
    seal([ok(0), ok(2)]),
    `line 2 of the listing does not describe slot 1: ${JSON.stringify(ok(2))}`,
  ],
  [
    'a long line of another slot',
    seal([[long]]),
    `line 1 of the listing does not describe slot 0: ["${'x'.repeat(118)}`,
  ],
  ...[1, 2, 3, 7].map((field): [string, Buffer, string] => [
    `no number in field ${field}`,
    seal([ok(0), withField(field, '1')]),
    'line 2 of the listing does not describe slot 1',
  ]),
  ...[4, 5, 6].map((field): [string, Buffer, string] => [
    `no text in field ${field}`,
    seal([ok(0), withField(field, 1)]),
    'line 2 of the listing does not describe slot 1',
  ]),
  ['an unknown state', seal([ok(0), withField(5, 'good')]), 'line 2 of the listing does not describe slot 1'],
]

test('an invalid listing of slots is refused with the reason', () => {
  for (const [what, listing, message] of refused) {
    const parse = () => parseListing(listing)
    expect(parse, what).toThrow(message)
    // What is shown of a line is short.
    expect(parse, what).not.toThrow('x'.repeat(120))
  }
})
