/** The prober's process for the session store. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { recordsProbes } from '../support/records/probes.ts'
import { sessionPayloads } from './payloads.ts'

await runProber(recordsProbes(sessionPayloads))
