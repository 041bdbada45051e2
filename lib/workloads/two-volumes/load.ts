/** Load on the orders, run by k6. Each write changes both volumes. */
import { writesAndReads } from '../../load/script.ts'
import { recordsLoad } from '../support/records/script.ts'
import { orderPayloads } from './payloads.ts'

export const options = writesAndReads

const load = recordsLoad(orderPayloads)

// k6 does not see exports that are made by destructuring.
export const write = load.write
export const read = load.read
