/** The load on the session store, run by k6. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { sessionPayloads } from './payloads.ts'

export const options = writesAndReads

const load = recordsLoad(sessionPayloads)

// k6 does not export the names of a destructuring.
export const write = load.write
export const read = load.read
