import type { ProbeSample } from '../../record/facts.ts'
import type { Route } from '../../components/mesh.ts'
import type { Dataset } from './probe.ts'

/** Settings of the prober's process, as JSON. */
export interface ProberSettings extends Dataset {
  route: Route
  rateHz: number
  timeoutMs: number
  /** Whether it runs before all ordinary work of the machine, where that is allowed. */
  goesFirst: boolean
  /** After which it ends by itself. */
  longestMs: number
}

/** A line of the prober's standard output: samples in the order they were due, and at last the totals. */
export type ProberLine =
  | { samples: ProbeSample[] }
  | {
      ended: 'asked' | 'longest'
      /** Probes that were told of. */
      sent: number
      /** Probes of which nothing is known, as the process itself stood still, or had no means to send them. */
      skipped: number
      /** By how much the latest probe was sent after it was due. */
      latestMs: number
      /** By how much the wall clock was set, or went otherwise than the monotonic one, since the start. */
      driftMs: number
      /** Time of the processor that the prober itself took. */
      cpuMs: number
    }
