import type { Artifacts } from './artifacts.ts'
import type { Cluster } from './cluster.ts'
import type { KubeClient } from '../kube/client.ts'

/** What every driver works on: a cluster, a client for it, where the S3 store is, and where to say what is happening. */
export interface Lab {
  readonly cluster: Cluster
  readonly kube: KubeClient
  readonly store: StoreEndpoint
  readonly artifacts: Artifacts
  readonly log: (line: string) => void
}

/** An S3 store outside the cluster, as its owner names it. */
export interface Store {
  /** URL as pods reach it, and the drills' machine too where `here` is not there. */
  url: string
  /** URL as the drills' machine reaches it, where that is another. */
  here?: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
}

/** A store with the folder of a lab in it. */
export interface StoreEndpoint extends Store {
  /** Prefix of every key that the lab writes, with a slash at its end. Nothing else in the bucket is overwritten or deleted. */
  prefix: string
}
