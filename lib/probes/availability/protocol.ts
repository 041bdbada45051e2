import type { DeniedCall, Route } from '../../components/mesh.ts'
import type { Dataset } from './probe.ts'
import { spawnSync } from 'node:child_process'

/**
 * Options of Node for precise timing. With realtime priority, threads for garbage collection delayed the main thread by 0.1 s on
 * two cores. The memory reducer can start a collection at any time.
 */
export const PUNCTUAL_NODE_OPTIONS = ['--single-threaded-gc', '--no-memory-reducer']

/**
 * Gives this process realtime priority, so that other work of the machine does not delay the probes. They take a few percent of
 * one core. A nice value has no effect, because the kernel weighs sessions first. If the machine does not permit it, samples
 * show late probes.
 */
export function raisePriority(priority = 1): void {
  spawnSync('chrt', ['--all-tasks', '--rr', '--pid', String(priority), String(process.pid)], { stdio: 'ignore' })
}

/** Settings of the prober's process, as JSON. */
export interface ProberSettings extends Dataset {
  route: Route
  /** Makes each probe the call that the mesh must deny. Absent for probes of availability. */
  denied?: DeniedCall
  rateHz: number
  timeoutMs: number
  /** True to run with realtime priority, if the machine permits it. */
  highPriority: boolean
  /** Milliseconds after which the prober ends by itself. */
  longestMs: number
}

/** A line of the prober's standard output: samples in the order in which they were due. The last line has the totals. */
export type ProberLine<Sample> =
  | { samples: Sample[] }
  | {
      ended: 'asked' | 'longest'
      /** Number of reported probes. */
      sent: number
      /** Number of probes without a result, because the process stalled or could not send them. */
      skipped: number
      /** Maximum delay of a probe after it was due, in milliseconds. */
      latestMs: number
      /** Drift of the wall clock against the monotonic clock since the start, in milliseconds. */
      driftMs: number
      /** CPU time of the prober, in milliseconds. */
      cpuMs: number
    }
