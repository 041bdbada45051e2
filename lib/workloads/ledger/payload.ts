import { fillPayload } from '../support/random-bytes.ts'

/* The content of the ledger's records, a function of (seed, sequence). support/volumes/random.go has the same. */

/** Payload of a seeded record: fills the block, and does not compress. */
export const SEEDED_PAYLOAD_BYTES = 4032

/** Payload of a record that the load writes. */
export const WRITE_PAYLOAD_BYTES = 256

/** The payload that `POST /seed` gives a slot. */
export const seededPayload = (seed: number, slot: number): Uint8Array =>
  fillPayload(new Uint8Array(SEEDED_PAYLOAD_BYTES), seed, slot)

/** The payload that the load gives a write. */
export const writtenPayload = (seed: number, sequence: number): Uint8Array =>
  fillPayload(new Uint8Array(WRITE_PAYLOAD_BYTES), seed, sequence)
