import type { Artifacts } from './artifacts.ts'
import type { Cluster, StoreEndpoint } from './cluster.ts'
import type { KubeClient } from '../kube/client.ts'
import type { MeshTraits } from './mesh-traits.ts'
import type { Terms } from './terms.ts'

/** Maximum duration of a drill. After that, its changes undo themselves, or any process may undo them. */
export const DRILL_TIMEOUT_MS = 10 * 60_000

/** Input of every driver: a cluster with a client, its S3 store, its artifacts, its mesh, and a log. */
export interface Lab {
  readonly cluster: Cluster
  readonly kube: KubeClient
  readonly store: StoreEndpoint
  readonly artifacts: Artifacts
  /** The mesh of the drilled service. Drivers keep their own pods out of it. */
  readonly mesh: MeshTraits
  /** Ends of the API groups of faults and backup tools, such as `velero.io`. Their objects are no part of a service. */
  readonly toolGroups: readonly string[]
  readonly terms: Terms
  readonly log: (line: string) => void
}
