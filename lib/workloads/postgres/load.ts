/** The load on the bank, run by k6: each write is a transaction with a transfer. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { accountPayloads } from './payloads.ts'

export const options = writesAndReads

export const { write, read } = recordsLoad(accountPayloads)
