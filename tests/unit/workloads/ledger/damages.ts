import type { Finding, FindingKind } from '../../../../lib/record/facts.ts'
import { OVERWRITTEN } from '../../../../lib/workloads/ledger/diagnose.ts'
import { fillPayload } from '../../../../lib/workloads/support/random-bytes.ts'
import { placeOf, RECORD_BYTES, SEGMENT_SLOTS } from '../../../../lib/workloads/ledger/record.ts'

/** A file of a volume, and its content. */
export interface VolumeFile {
  name: string
  content: Buffer
  /** Slots with a record, in rising order. */
  used: number[]
  /** Earlier blocks of some of these slots. */
  older: Map<number, Buffer>
}

/** A corruption of one file, and the names that a check may give it. */
export interface Corruption {
  name: string
  file: string
  kinds: FindingKind[]
  /** Slots with changed content, in rising order. Each must be in a finding. */
  slots: number[]
  /** Offset of the first changed byte in the file. */
  firstByte: number
  /** What was written into the file. */
  written: Bytes[]
  /** Size of the file afterwards. Null if it is deleted. */
  size: number | null
  readable: boolean
}

interface Bytes {
  at: number
  bytes: Uint8Array
}

/** Numbers from 0 to `below` - 1, drawn from a seed. */
export type Draw = (below: number) => number

export function createRandom(seed: number): Draw {
  const words = Buffer.from(fillPayload(new Uint8Array(1 << 18), seed, 0))
  let at = 0
  return (below) => {
    at += 4
    return words.readUInt32LE(at % words.length) % below
  }
}

const SECTOR = 512
const REACH = 65_536

/** Each kind of damage as the bytes that it writes; null if the file lacks what the damage needs. */
const overwriting: Record<string, { kinds: FindingKind[]; damage: (file: VolumeFile, draw: Draw) => Bytes[] | null }> =
  {
    'single bit': {
      kinds: ['flipped'],
      damage(file, draw) {
        const at = startOf(file, draw) + draw(RECORD_BYTES)
        return [{ at, bytes: Buffer.from([file.content.readUInt8(at) ^ (1 << draw(8))]) }]
      },
    },
    'bit where nothing was written': {
      kinds: ['flipped'],
      damage({ used, content }, draw) {
        const at = ((used.at(-1) ?? 0) % SEGMENT_SLOTS) * RECORD_BYTES + RECORD_BYTES + draw(REACH)
        return at < content.length ? [{ at, bytes: Buffer.from([1 << draw(8)]) }] : null
      },
    },
    'garbage in a sector': {
      kinds: ['flipped'],
      damage: (file, draw) => [{ at: startOf(file, draw) + draw(8) * SECTOR, bytes: garbage(SECTOR, draw) }],
    },
    'garbage up to 64 KiB': {
      kinds: ['flipped'],
      damage: (file, draw) => [
        { at: startOf(file, draw) + draw(RECORD_BYTES), bytes: garbage(SECTOR + draw(REACH), draw) },
      ],
    },
    'zeroed sectors': {
      kinds: ['torn', 'lost'],
      damage: (file, draw) => [{ at: startOf(file, draw), bytes: Buffer.alloc((1 + draw(REACH / SECTOR)) * SECTOR) }],
    },
    'zeroed bytes': {
      kinds: ['flipped', 'torn', 'lost'],
      damage: (file, draw) => [{ at: startOf(file, draw) + draw(256), bytes: Buffer.alloc(16 + draw(REACH)) }],
    },
    swapped: {
      kinds: ['misdirected'],
      damage(file, draw) {
        const [one, other] = [startOf(file, draw), startOf(file, draw)]
        const block = (at: number) => Buffer.from(file.content.subarray(at, at + RECORD_BYTES))
        return [
          { at: one, bytes: block(other) },
          { at: other, bytes: block(one) },
        ]
      },
    },
    stale: {
      kinds: ['stale'],
      damage({ older }, draw) {
        const [slot = 0, bytes = null] = [...older][draw(older.size)] ?? []
        return bytes && [{ at: placeOf(slot).offset, bytes }]
      },
    },
    encrypted: {
      kinds: ['flipped'],
      damage: ({ content }, draw) => [{ at: 0, bytes: garbage(content.length, draw) }],
    },
  }

const startOf = ({ used }: VolumeFile, draw: Draw): number => placeOf(used[draw(used.length)] ?? 0).offset
const garbage = (length: number, draw: Draw) => fillPayload(new Uint8Array(length), draw(1 << 30), 1)

const ofTheWhole: Record<string, (file: VolumeFile, draw: Draw) => Omit<Corruption, 'name' | 'file' | 'written'>> = {
  truncated(file, draw) {
    const size = startOf(file, draw) + draw(RECORD_BYTES)
    const slots = slotsOf(file).filter((slot) => placeOf(slot).offset + RECORD_BYTES > size)
    return { kinds: ['truncated'], slots, firstByte: size, size, readable: true }
  },
  deleted: ({ used }) => ({ kinds: ['lost'], slots: used, firstByte: 0, size: null, readable: true }),
  permissions(file) {
    return { kinds: ['lost'], slots: slotsOf(file), firstByte: 0, size: file.content.length, readable: false }
  },
}

const slotsOf = ({ name }: VolumeFile): number[] =>
  Array.from({ length: SEGMENT_SLOTS }, (_, index) => Number(name.slice(-5)) * SEGMENT_SLOTS + index)

export const corruptionNames = [...Object.keys(overwriting), ...Object.keys(ofTheWhole)].sort()

/** Damages a file in the named way. Null if that would change nothing. */
export function corruptFile(name: string, file: VolumeFile, draw: Draw): Corruption | null {
  const whole = ofTheWhole[name]?.(file, draw)
  if (whole) return { name, file: file.name, written: [], ...whole }
  const { kinds, damage } = overwriting[name] ?? { kinds: [], damage: () => null }
  const { content } = file
  const written = (damage(file, draw) ?? []).map(({ at, bytes }) => ({
    at,
    bytes: bytes.subarray(0, content.length - at),
  }))
  const changed = written
    .flatMap(({ at, bytes }) => changedSlots(file, at, bytes))
    .sort((one, other) => one.slot - other.slot)
  const [first] = changed
  if (first === undefined) return null
  const slots = changed.map(({ slot }) => slot)
  return { name, file: file.name, kinds, slots, firstByte: first.at, written, size: content.length, readable: true }
}

/** Slots in which the bytes differ from the file, with the first differing byte of each. */
function changedSlots(file: VolumeFile, from: number, bytes: Uint8Array): { slot: number; at: number }[] {
  const changed: { slot: number; at: number }[] = []
  const [firstSlot = 0] = slotsOf(file)
  for (let index = Math.floor(from / RECORD_BYTES); index * RECORD_BYTES < from + bytes.length; index++) {
    let at = Math.max(from, index * RECORD_BYTES)
    const end = Math.min(from + bytes.length, (index + 1) * RECORD_BYTES)
    while (at < end && bytes[at - from] === file.content[at]) at++
    if (at < end) changed.push({ slot: firstSlot + index, at })
  }
  return changed
}

/** Tests whether each damaged slot is in a finding, and whether the findings name the damage and its offset. */
export function recognise(corruption: Corruption, findings: Finding[]): { detected: boolean; named: boolean } {
  const { file, kinds, slots, firstByte } = corruption
  const here = findings.filter((finding) => finding.file === file).map((finding) => ({ ...finding, ...span(finding) }))
  const found = slots.map((slot) => here.find(({ first, last }) => first <= slot && slot <= last))
  const [start] = found
  const [slot = 0] = slots
  const exact = start?.kind === 'flipped' && !start.detail.includes(OVERWRITTEN)
  return {
    detected: found.every((finding) => finding !== undefined),
    named:
      start?.offset === (exact ? firstByte : placeOf(slot).offset) &&
      found.every((finding) => finding !== undefined && kinds.includes(finding.kind)),
  }
}

function span({ detail }: Finding): { first: number; last: number } {
  const [, first, last] = /^slots? (\d+)(?:-(\d+))?: /.exec(detail) ?? []
  return { first: Number(first), last: Number(last ?? first) }
}
