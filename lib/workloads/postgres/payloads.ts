import { payloadsOf } from '../support/records/payloads.ts'

/** Four seeded records fill one page of 8 KiB. */
export const accountPayloads = payloadsOf({ seededBytes: 1960, writtenBytes: 256 })
