/** The load on the ledger, run by k6. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { ledgerPayloads } from './payload.ts'

export const options = writesAndReads

export const { write, read } = recordsLoad(ledgerPayloads)
