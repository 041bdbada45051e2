import type { Route } from '../components/mesh.ts'
import type { LoadResult, Write } from '../record/facts.ts'

export interface LoadOptions {
  /** Path of the workload's k6 script. */
  script: string
  route: Route
  seed: number
  /** Objects that were seeded: records, files or rows. */
  seeded: number
  /** Requests per second: three quarters writes, one quarter reads. */
  rate: number
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
