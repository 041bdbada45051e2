import { payloadsOf } from '../support/records/payloads.ts'

/** A seeded order fills its frame of the log. orders/log.go has the size. */
export const orderPayloads = payloadsOf({ seededBytes: 4032, writtenBytes: 512 })
