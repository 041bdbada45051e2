import { workloadOf, type WorkloadName } from '../../../lib/workloads/index.ts'
import { seePlannedImages } from './cluster.ts'
import {
  MADE_UP,
  print,
  seeChoice,
  seeDocs,
  seeProject,
  seeRows,
  type SeenChoice,
  type SeenDocs,
  type SeenProject,
  type SeenRow,
} from './program.ts'
import { seeResults, type SeenResults } from './results.ts'

/** What a copy of meshdrill with a made-up workload says of it. */
export interface SeenWorkload {
  rows: SeenRow[]
  choice: SeenChoice
  /** The line of the plan for an existing cluster that names images. */
  images: string
  results: SeenResults
  docs: SeenDocs
  project: SeenProject
}

const workload = workloadOf(MADE_UP)
const { name, title, loss } = workload
print({
  rows: seeRows((row) => row.workload === MADE_UP),
  choice: seeChoice('workload'),
  images: await seePlannedImages([MADE_UP as WorkloadName]),
  results: await seeResults({ workload: (simulated) => ({ ...simulated, name, title, loss }) }),
  docs: await seeDocs(),
  project: await seeProject(`workload-${name}`),
} satisfies SeenWorkload)
