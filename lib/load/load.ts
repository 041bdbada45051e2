import type { Route } from '../components/mesh.ts'
import type { LoadResult, Write } from '../record/facts.ts'

/** What the load writes when: plain arithmetic without imports of Node, as k6 runs it and the prober checks by it. */

/** A prime, so that the overwritten slots come from all over the volume and each comes once a round. */
const STRIDE = 7919

export interface PlannedWrite {
  sequence: number
  slot: number
  generation: number
}

/**
 * The write number `index` of a load on a volume of `seeded` records: each fourth overwrites a seeded slot, the others
 * append behind them. Sequences go on where the seeded ones end.
 */
export function planWrite(index: number, seeded: number): PlannedWrite {
  const sequence = seeded + index
  const overwrites = Math.floor(index / 4)
  if (index % 4 !== 0) return { sequence, slot: seeded + index - overwrites - 1, generation: 1 }
  return { sequence, slot: (overwrites * STRIDE) % seeded, generation: 2 + Math.floor(overwrites / seeded) }
}

/** Fails where `seeded` records are no volume that the plan fits. */
export function checkSeeded(seeded: number): void {
  if (Number.isInteger(seeded) && seeded > 0 && seeded % STRIDE !== 0) return
  throw new Error(`a load needs a number of seeded records that is not a multiple of ${STRIDE}, got ${seeded}`)
}

export interface LoadOptions {
  /** Path of the workload's k6 script. */
  script: string
  route: Route
  seed: number
  /** Objects that were seeded: records, files or rows. */
  seeded: number
  /** Requests per second: three quarters writes, one quarter reads. */
  rate: number
  /** The workload's settings for its clients, if it has any. */
  settings?: string
  /** Where k6's output is kept. */
  folder: string
}

/** A load of writes and reads, by k6: as a process of this machine (runner.ts), or as pods of the cluster (testrun). */
export interface RunningLoad {
  /** All writes sent so far: those with an outcome in the order it was known, then those without. */
  writes(): Promise<Write[]>
  /** Stops the load and reads what it did. A load that ended by itself, or did not stop, has an `error`. */
  stop(): Promise<{ load: LoadResult; writes: Write[] }>
}

/** Where a drill's clients run. */
export interface ClientPlaces {
  /** Pods that share the load; 0 for this machine. */
  loadParallelism: number
  /** Labels of the nodes of those pods; null for the nodes that no drill cuts off. */
  loadNodes: Record<string, string> | null
}
