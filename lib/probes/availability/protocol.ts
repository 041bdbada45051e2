import type { ProbeSample } from '../../record/facts.ts'
import type { Route } from '../../meshes/mesh.ts'

/** What the prober's process is told, as JSON in its only argument. */
export interface ProberSettings {
  route: Route
  seed: number
  seeded: number
  rateHz: number
  timeoutMs: number
  /** After which it ends by itself. */
  longestMs: number
}

/** A line of the prober's standard output: samples in the order they were due, and at last the totals. */
export type ProberLine =
  | { samples: ProbeSample[] }
  | {
      ended: 'asked' | 'longest'
      sent: number
      /** Probes that were never sent, as the process itself stood still for longer than a client waits. */
      skipped: number
      /** By how much the latest probe was sent after it was due. */
      latestMs: number
    }
