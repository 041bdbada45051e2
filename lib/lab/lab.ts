import type { Artifacts } from './artifacts.ts'
import type { Cluster, StoreEndpoint } from './cluster.ts'
import type { KubeClient } from '../kube/client.ts'
import type { MeshTraits } from './mesh-traits.ts'
/** How long a drill may take. What it changes undoes itself afterwards, or may be undone by anyone. */
export const DRILL_TIMEOUT_MS = 10 * 60_000

/** What every driver works on: a cluster, a client for it, where the S3 store is, and where to say what is happening. */
export interface Lab {
  readonly cluster: Cluster
  readonly kube: KubeClient
  readonly store: StoreEndpoint
  readonly artifacts: Artifacts
  /** The mesh of the drilled service. Drivers keep their own pods out of it. */
  readonly mesh: MeshTraits
  /** Ends of the API groups of faults and backup tools, such as `velero.io`. Their objects are no part of a service. */
  readonly toolGroups: readonly string[]
  readonly log: (line: string) => void
}
