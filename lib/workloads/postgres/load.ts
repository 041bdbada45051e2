/** Load on the bank, run by k6. Each write is a transaction with a transfer. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { accountPayloads } from './payloads.ts'

export const options = writesAndReads

const load = recordsLoad(accountPayloads)

// k6 does not see exports that are made by destructuring.
export const write = load.write
export const read = load.read
