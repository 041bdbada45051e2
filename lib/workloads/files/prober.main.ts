/** The prober's process for the files. */
import { runProber } from '../../probes/availability/run-prober.ts'
import { filesProbes } from './probe.ts'

await runProber(filesProbes)
