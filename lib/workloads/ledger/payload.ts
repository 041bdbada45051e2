import { payloadsOf } from '../support/records/payloads.ts'

/** The content of the ledger's records. A seeded one fills its block, and does not compress. */
export const ledgerPayloads = payloadsOf({ seededBytes: 4032, writtenBytes: 256 })

/** The payload that `POST /seed` gives a slot, the one that the load gives a write, and the one that a record must have. */
export const seededPayload = ledgerPayloads.seeded
export const writtenPayload = ledgerPayloads.written
export const expectedPayload = ledgerPayloads.expected
