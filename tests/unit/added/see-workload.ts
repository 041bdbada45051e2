import { workloadOf, type WorkloadName } from '../../../lib/workloads/index.ts'
import { seePlannedImages } from './cluster.ts'
import { MADE_UP, print, seeProgram, type Seen } from './program.ts'
import { seeResults, type SeenResults } from './results.ts'

/** What a copy of meshdrill with a made-up workload says of it. */
export interface SeenWorkload extends Seen {
  /** The line of the plan for an existing cluster that names images. */
  images: string
  results: SeenResults
}

const workload = workloadOf(MADE_UP)
const { name, title, loss } = workload
print({
  images: await seePlannedImages([MADE_UP as WorkloadName]),
  results: await seeResults({ workload: (simulated) => ({ ...simulated, name, title, loss }) }),
  ...(await seeProgram('workload', (row) => row.workload === MADE_UP, `workload-${name}`)),
} satisfies SeenWorkload)
