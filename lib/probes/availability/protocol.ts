import type { ProbeSample } from '../../record/facts.ts'
import type { Route } from '../../components/mesh.ts'
import type { Dataset } from './probe.ts'
import { spawnSync } from 'node:child_process'

/**
 * What Node is started with where milliseconds matter. Threads that collect garbage, as urgent as the one that they collect
 * for, held it up for 0.1 s on two cores; and what frees memory for its own sake does so at any time.
 */
export const punctual = ['--single-threaded-gc', '--no-memory-reducer']

/**
 * Other work of the machine must not hold the probes up: they take a few hundredths of one core. A nice value would not do,
 * as the kernel weighs sessions first. Where it is not allowed, the probes that come late say so.
 */
export function goFirst(priority = 1): void {
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', String(priority), String(process.pid)], { stdio: 'ignore' })
}

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
