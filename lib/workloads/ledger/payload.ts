import { fillPayload } from '../support/random-bytes.ts'
import { planWrite } from '../../load/load.ts'

/* The content of the ledger's records, a function of (seed, sequence). support/volumes/random.go has the same. */

/** Payload of a seeded record: fills the block, and does not compress. */
const SEEDED_PAYLOAD_BYTES = 4032

/** Payload of a record that the load writes. */
const WRITE_PAYLOAD_BYTES = 256

/** The payload that `POST /seed` gives a slot. */
export const seededPayload = (seed: number, slot: number): Uint8Array =>
  fillPayload(new Uint8Array(SEEDED_PAYLOAD_BYTES), seed, slot)

/** The payload that the load gives a write. */
export const writtenPayload = (seed: number, sequence: number): Uint8Array =>
  fillPayload(new Uint8Array(WRITE_PAYLOAD_BYTES), seed, sequence)

/** The payload that a slot's record of this sequence must have; null if no such record was ever meant for the slot. */
export function expectedPayload(
  volume: { seed: number; seeded: number },
  slot: number,
  sequence: number,
): Uint8Array | null {
  const { seed, seeded } = volume
  if (!Number.isInteger(sequence) || sequence < 0) return null
  if (sequence < seeded) return sequence === slot ? seededPayload(seed, slot) : null
  return planWrite(sequence - seeded, seeded).slot === slot ? writtenPayload(seed, sequence) : null
}
