import { payloadsOf } from '../support/records/payloads.ts'

/** A seeded session has the size of a cart with a few dozen items. */
export const sessionPayloads = payloadsOf({ seededBytes: 4032, writtenBytes: 256 })
