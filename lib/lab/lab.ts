import type { Artifacts } from './artifacts.ts'
import type { Cluster } from './cluster.ts'
import type { KubeClient } from '../kube/client.ts'
import type { StoreEndpoint } from './store.ts'

/** What every driver works on: a cluster, a client for it, where the S3 store is, and where to say what is happening. */
export interface Lab {
  readonly cluster: Cluster
  readonly kube: KubeClient
  readonly store: StoreEndpoint
  readonly artifacts: Artifacts
  readonly log: (line: string) => void
}
