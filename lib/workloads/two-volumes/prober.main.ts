/** The prober's process for the orders. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { recordsProbes } from '../support/records/probes.ts'
import { orderPayloads } from './payloads.ts'

await runProber(recordsProbes(orderPayloads))
