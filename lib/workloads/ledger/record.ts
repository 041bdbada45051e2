import { createHash } from 'node:crypto'

export const RECORD_BYTES = 4096
export const SEGMENT_SLOTS = 1024
export const SEGMENT_BYTES = SEGMENT_SLOTS * RECORD_BYTES
const HASH_OFFSET = 32
const PAYLOAD_OFFSET = 64

/** One entry of the ledger. record.go defines the layout of its block. */
export interface LedgerRecord {
  sequence: number
  generation: number
  slot: number
  payload: Uint8Array
}

/** Encodes a record as the 4096 bytes that the service writes. */
export function encodeRecord({ sequence, generation, slot, payload }: LedgerRecord): Buffer {
  const block = Buffer.alloc(RECORD_BYTES)
  block.write('LDGR', 'latin1')
  block.writeUInt32LE(1, 4)
  block.writeBigUInt64LE(BigInt(sequence), 8)
  block.writeUInt32LE(generation, 16)
  block.writeUInt32LE(payload.length, 20)
  block.writeBigUInt64LE(BigInt(slot), 24)
  block.set(payload, PAYLOAD_OFFSET)
  const hash = createHash('sha256').update(block.subarray(0, HASH_OFFSET)).update(block.subarray(PAYLOAD_OFFSET))
  block.set(hash.digest(), HASH_OFFSET)
  return block
}

/** Hash of a payload as in the listing: the first 16 bytes of its SHA-256, in hex. */
export const payloadHash = (payload: Uint8Array): string =>
  createHash('sha256').update(payload).digest('hex').slice(0, 32)

/** File and offset of a slot. */
export const placeOf = (slot: number): { file: string; offset: number } => ({
  file: `segment-${String(Math.floor(slot / SEGMENT_SLOTS)).padStart(5, '0')}`,
  offset: (slot % SEGMENT_SLOTS) * RECORD_BYTES,
})
