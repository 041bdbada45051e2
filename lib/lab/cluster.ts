import type { Artifacts } from './artifacts.ts'
import type { StorageClasses } from './storage.ts'

/** A Kubernetes cluster to drill on. Drivers: `embedded` (Linux namespaces, no Docker), `kind` (Docker),
 * `existing` (a kubeconfig's context), `noop` (none). */
export interface ClusterProvider {
  readonly name: string
  /** What is missing on this machine for this provider, each with the command that mends it; empty when it can be used. */
  requires(): Promise<string[]>
  /** Makes the cluster, or attaches to a kept one, and resolves when every node is Ready. */
  create(options: ClusterOptions): Promise<Cluster>
  /** Attaches to the cluster that `create` made in another process. Fails where there is none. */
  attach(): Promise<Cluster>
  /** The lab that an earlier `create` made and nobody has ended yet, from whatever process; null where there is none. */
  find(): Promise<FoundLab | null>
}

/** A lab as a process sees it that did not make it. */
export interface FoundLab {
  readonly kubeconfig: string
  /** The process that the lab was made for; null where that ran on another machine. */
  readonly ownerPid: number | null
  /** Whether it outlives that process. */
  readonly keep: boolean
  /** Lets it stay, for the next run to attach to: gives up what keeps others from it. */
  leave(): Promise<void>
  /** Ends it with everything that it left. Returns what was there, in words. */
  end(): Promise<string[]>
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
  /** Value of the label on everything that the lab applies: its UUID, or a fixed word where the whole cluster is the lab's. */
  readonly labId: string
  /** Path of a kubeconfig with every right. */
  readonly kubeconfig: string
  readonly artifacts: Artifacts
  /** Folder of this machine for what must outlive a process, such as undos; it goes with the lab. Null for one in memory. */
  readonly folder: string | null
  /** Namespace of ours in a cluster that other machines reach too, for what they must know. */
  readonly systemNamespace?: string
  /** Kubernetes version, number of nodes, components with their versions. */
  describe(): Promise<ClusterDescription>
  /** Makes images known to every node, by the references given. */
  loadImages(images: string[]): Promise<void>
  /** Where backups go: an S3 store that survives what the cluster does not. Started where the provider runs it and has not yet. */
  openStore(): Promise<StoreEndpoint>
  /** What runs the load: the path of the program k6, or a container. Errors: there is neither, with the next command. */
  k6(): Promise<string | K6Container>
  /** How long the nodes took to be Ready, in milliseconds; null in a cluster that was there already. */
  readonly readyMs: number | null
  /** Parts that were in the cluster before the lab, by the names of `has`. The lab uses them unchanged, and no fault targets them. */
  readonly preinstalled?: readonly string[]
  /** Why a node's power cannot be cut, and what would let it; for clusters without `NodePower`. */
  readonly withoutNodePower?: string
  /** Labels of the nodes that no drill cuts off: what the drills themselves stand on is scheduled there. */
  readonly systemNodes: Record<string, string>
  /** An address at which the machine that runs the drills reaches a Service's NodePort. */
  nodeAddress(): string
  /**
   * The one NodePort that this machine reaches, and the port of `nodeAddress` that leads to it: the ingress gateway must have it.
   * Not there where any NodePort is reached, by its own number.
   */
  readonly mapped?: { nodePort: number; port: number }
  /** Whether a part, such as `istio`, is there, and the note that it was installed: what is there is not installed again. */
  has(part: string): boolean
  note(part: string): Promise<void>
  readonly storageClasses: StorageClasses
  /** Ends the cluster and everything that it left on the machine. */
  destroy(): Promise<void>
}

/** What only some clusters can do: cut a node's power, and give it back. */
export interface NodePower {
  /** Ends every process of the node at once, and resolves when none is left. Its disks keep what was written. */
  stopNode(name: string): Promise<void>
  /** Starts a node that was stopped, with its disks, and resolves when it runs; Ready comes later. */
  startNode(name: string): Promise<void>
}

/** What only a provider can do that has the nodes' disks in its hands. */
export interface VolumeWipe {
  /** Empties the disks of a stopped node that hold its own volumes, as if they were replaced. */
  wipeVolumes(name: string): Promise<void>
}

/** What only a provider can do that runs the S3 store: cut its power, and give it back with all that it held. */
export interface StorePower {
  stopStore(): Promise<void>
  startStore(): Promise<void>
}

export const hasStorePower = (cluster: Cluster): cluster is Cluster & StorePower => 'stopStore' in cluster

export const canWipeVolumes = (cluster: Cluster): cluster is Cluster & VolumeWipe => 'wipeVolumes' in cluster

export const hasNodePower = (cluster: Cluster): cluster is Cluster & NodePower => 'stopNode' in cluster

interface ClusterDescription {
  kubernetes: string
  nodes: number
}

/** k6 of an image that Docker has, in a container of its own for each load. */
export interface K6Container {
  image: string
  /** The Docker network that it is on, or `host`. */
  network: string
  /** Marks it as ours. */
  labels: Record<string, string>
  /** Whether Ryuk's image, too, may be pulled. */
  pulls: boolean
  /** A URL of this machine's as the container reaches it. */
  reach: (url: string) => string
}

/** Where a container with the load stands, and how it reaches what this machine does. */
export type K6Place = Pick<K6Container, 'network' | 'labels' | 'reach'>

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
