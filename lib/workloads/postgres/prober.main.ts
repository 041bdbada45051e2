/** The prober's process for the bank. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { recordsProbes } from '../support/records/probes.ts'
import { accountPayloads } from './payloads.ts'

await runProber(recordsProbes(accountPayloads))
