import { payloadsOf } from '../support/records/payloads.ts'

/** Payloads of the ledger's records. A seeded payload fills its block and cannot be compressed. */
export const ledgerPayloads = payloadsOf({ seededBytes: 4032, writtenBytes: 256 })

/** The payload that `POST /seed` writes to a slot. */
export const seededPayload = ledgerPayloads.seeded
export const writtenPayload = ledgerPayloads.written
export const expectedPayload = ledgerPayloads.expected
