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
  /** Labels of the nodes that no drill cuts off: what the drills themselves stand on is scheduled there. */
  readonly systemNodes: Record<string, string>
  /** An address at which the machine that runs the drills reaches a Service's NodePort. */
  nodeAddress(): string
  /** Whether a part, such as `istio`, was installed, and the note that it was: a kept cluster is not installed again. */
  has(part: string): boolean
  note(part: string): Promise<void>
  /** Classes of volumes; null where the cluster has none of the kind. */
  readonly storageClasses: { local: string | null; snapshots: string | null }
  /** Ends the cluster and everything that it left on the machine. */
  destroy(): Promise<void>
}

/** What only some clusters can do: cut a node's power, and give it back. */
export interface NodePower {
  /** Ends every process of the node at once, and resolves when none is left. Its disks keep what was written. */
  stopNode(name: string): Promise<void>
  /** Starts a node that was stopped, with its disks, and resolves when it runs; Ready comes later. */
  startNode(name: string): Promise<void>
  /** Empties the disks of a stopped node that hold its own volumes, as if they were replaced. */
  wipeVolumes(name: string): Promise<void>
}

/** What only a provider can do that runs the S3 store: cut its power, and give it back with all that it held. */
export interface StorePower {
  stopStore(): Promise<void>
  startStore(): Promise<void>
}

export const hasStorePower = (cluster: Cluster): cluster is Cluster & StorePower => 'stopStore' in cluster

export const hasNodePower = (cluster: Cluster): cluster is Cluster & NodePower => 'stopNode' in cluster

export interface ClusterDescription {
  kubernetes: string
  nodes: number
}
