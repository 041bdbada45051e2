/** Load on the ledger, run by k6. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { ledgerPayloads } from './payload.ts'

export const options = writesAndReads

const load = recordsLoad(ledgerPayloads)

// k6 does not see exports that are made by destructuring.
export const write = load.write
export const read = load.read
