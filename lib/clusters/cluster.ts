import type { Artifacts } from '../artifacts.ts'

/** A Kubernetes cluster to drill on. Drivers: `embedded` (Linux namespaces, no Docker), `noop` (none). */
export interface ClusterProvider {
  readonly name: string
  /** What is missing on this machine for this provider, each with the command that mends it; empty when it can be used. */
  requires(): Promise<string[]>
  /** Makes the cluster, or attaches to a kept one, and resolves when every node is Ready. */
  create(options: ClusterOptions): Promise<Cluster>
  /** Attaches to the cluster that `create` made in another process. Fails where there is none. */
  attach(): Promise<Cluster>
}

export interface ClusterOptions {
  /** Whether the cluster outlives the process that made it. */
  keep: boolean
  /** The process with which a cluster that is not kept ends, however that process ends. */
  ownerPid: number
  /** Progress, a line each. */
  log: (line: string) => void
}

export interface Cluster {
  readonly provider: string
  /** Path of a kubeconfig with every right. */
  readonly kubeconfig: string
  readonly artifacts: Artifacts
  /** Kubernetes version, number of nodes, components with their versions. */
  describe(): Promise<ClusterDescription>
  /** Makes images known to every node, by the references given. */
  loadImages(images: string[]): Promise<void>
  /** An address at which the machine that runs the drills reaches a Service's NodePort. */
  nodeAddress(): string
  /** Ends the cluster and everything that it left on the machine. */
  destroy(): Promise<void>
}

export interface ClusterDescription {
  kubernetes: string
  nodes: number
}
