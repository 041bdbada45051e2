/** The prober's process for the user's application. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { applicationProbes } from './probe.ts'

await runProber(applicationProbes)
