/** The prober's process for the ledger. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { ledgerProbes } from './probe.ts'

await runProber(ledgerProbes)
