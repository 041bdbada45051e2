import { createHash } from 'node:crypto'
import {
  encodeRecord,
  payloadHash,
  placeOf,
  RECORD_BYTES,
  SEGMENT_SLOTS,
} from '../../../lib/workloads/ledger/record.ts'

const SEGMENT_BYTES = SEGMENT_SLOTS * RECORD_BYTES

/** Stands in for the ledger's files, and lists them as the service does. */
export class StandInVolume {
  readonly files = new Map<string, Buffer>()

  put(slot: number, block: Buffer): void {
    const { file, offset } = placeOf(slot)
    const content = this.files.get(file) ?? Buffer.alloc(SEGMENT_BYTES)
    this.files.set(file, content)
    block.copy(content, offset)
  }

  /** Changes a byte of a slot; returns it before and after. */
  flip(slot: number, at: number, mask: number): [string, string] {
    const { file, offset } = placeOf(slot)
    const content = this.files.get(file) ?? Buffer.alloc(0)
    const before = content.readUInt8(offset + at)
    content.writeUInt8(before ^ mask, offset + at)
    return [hex(before), hex(before ^ mask)]
  }

  truncate(file: string, bytes: number): void {
    this.files.set(file, (this.files.get(file) ?? Buffer.alloc(0)).subarray(0, bytes))
  }

  list(): Buffer {
    const names = [...this.files.keys()].sort()
    const count = names.length === 0 ? 0 : Number(names.at(-1)?.slice(-5)) + 1
    const lines = Array.from(
      { length: count * SEGMENT_SLOTS },
      (_, slot) => `${JSON.stringify(this.#line(slot))}\n`,
    ).join('')
    const sha256 = createHash('sha256').update(lines).digest('hex')
    return Buffer.from(`${lines}${JSON.stringify({ slots: count * SEGMENT_SLOTS, records: 0, sha256 })}\n`)
  }

  #line(slot: number): unknown[] {
    const { file, offset } = placeOf(slot)
    const content = this.files.get(file)
    if (!content) return [slot, 0, 0, 0, '', 'missing', file, offset]
    const block = content.subarray(offset, offset + RECORD_BYTES)
    if (block.length < RECORD_BYTES) return [slot, 0, 0, 0, '', 'short', file, offset]
    const sequence = Number(block.readBigUInt64LE(8))
    const generation = block.readUInt32LE(16)
    const place = Number(block.readBigUInt64LE(24))
    if (!block.some((byte) => byte !== 0)) return [slot, 0, 0, 0, '', 'empty', file, offset]
    const payload = block.subarray(64, 64 + Math.min(block.readUInt32LE(20), RECORD_BYTES - 64))
    const whole = block.equals(encodeRecord({ sequence, generation, slot: place, payload }))
    if (whole) return [slot, sequence, generation, place, payloadHash(payload), 'ok', file, offset]
    return [slot, sequence, generation, place, '', 'bad hash', file, offset, block.toString('base64')]
  }
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`
