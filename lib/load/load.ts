import type { Route } from '../components/mesh.ts'
import type { LoadResult, Write } from '../record/facts.ts'

/** Plan of the load's writes. It imports nothing from Node, because k6 runs it. The prober checks answers against it. */

/** A prime, so that overwritten slots are spread over the volume and each one is overwritten once per round. */
const STRIDE = 7919

export interface PlannedWrite {
  sequence: number
  slot: number
  generation: number
}

/**
 * Write number `index` of a load on a volume with `seeded` records. Each fourth write overwrites a seeded slot, the others
 * append slots. Sequences continue after those of the seeded records.
 */
export function planWrite(index: number, seeded: number): PlannedWrite {
  const sequence = seeded + index
  const overwrites = Math.floor(index / 4)
  if (index % 4 !== 0) return { sequence, slot: seeded + index - overwrites - 1, generation: 1 }
  return { sequence, slot: (overwrites * STRIDE) % seeded, generation: 2 + Math.floor(overwrites / seeded) }
}

/** Throws if the plan does not fit a volume with `seeded` records. */
export function checkSeeded(seeded: number): void {
  if (Number.isInteger(seeded) && seeded > 0 && seeded % STRIDE !== 0) return
  throw new Error(`the number of seeded records must not be a multiple of ${STRIDE}, got ${seeded}`)
}

export interface LoadOptions {
  /** Path of the workload's k6 script. */
  script: string
  route: Route
  seed: number
  /** Number of seeded objects: records, files or rows. */
  seeded: number
  /** Requests per second: three quarters writes, one quarter reads. */
  rate: number
  /** The workload's settings for its clients, if it has any. */
  settings?: string
  /** Folder for k6's output. */
  folder: string
}

/** A load of writes and reads by k6: a process of this machine (runner.ts), or pods of the cluster (testrun). */
export interface RunningLoad {
  /** All writes sent so far: those with an outcome in the order of their outcomes, then those without. */
  writes(): Promise<Write[]>
  /** Stops the load and reads its outcomes. A load that ended by itself, or did not stop, has an `error`. */
  stop(): Promise<{ load: LoadResult; writes: Write[] }>
}

/** Where a drill's clients run. */
export interface ClientPlaces {
  /** Pods that share the load; 0 for this machine. */
  loadParallelism: number
  /** Labels of the nodes for those pods. Null means the nodes that no drill cuts off. */
  loadNodes: Record<string, string> | null
}
