import type { Artifacts } from './artifacts.ts'
import type { StorageClasses } from './storage.ts'

/**
 * Provides a Kubernetes cluster for drills: `embedded` (Linux namespaces, no Docker), `kind` (Docker), `existing` (a context of a
 * kubeconfig), `noop` (no cluster).
 */
export interface ClusterProvider {
  readonly name: string
  /** Missing requirements on this machine, each with a remedy. Empty if the provider can be used. */
  requires(): Promise<string[]>
  /** Creates the cluster, or attaches to a kept one. Resolves when every node is Ready. */
  create(options: ClusterOptions): Promise<Cluster>
  /** Attaches to the cluster that `create` created in another process. Errors: there is none. */
  attach(): Promise<Cluster>
  /** The lab of an earlier `create` in any process that has not been ended yet; null if there is none. */
  find(): Promise<FoundLab | null>
}

/** A lab that another process created. */
export interface FoundLab {
  readonly kubeconfig: string
  /** PID of the run for which the lab was created; null if that run was on another machine. */
  readonly ownerPid: number | null
  /** True if the lab outlives that run. */
  readonly keep: boolean
  /** Keeps the lab for the next run: releases its lease. */
  leave(): Promise<void>
  /** Ends the lab and removes all its objects. Returns descriptions of the removed objects. */
  end(): Promise<string[]>
}

export interface ClusterOptions {
  /** True if the cluster outlives the run that created it. */
  keep: boolean
  /** PID of the run. If `keep` is false, the cluster ends with it, even after SIGKILL. */
  ownerPid: number
  /** Gets each line of progress. */
  log: (line: string) => void
}

export interface Cluster {
  readonly provider: string
  /** Value of the label on all objects of the lab: its UUID, or a fixed word if the whole cluster is the lab's. */
  readonly labId: string
  /** Path of a kubeconfig with all rights that drills need. */
  readonly kubeconfig: string
  readonly artifacts: Artifacts
  /** Folder for files that must outlive a process, such as undos. It is removed with the lab. Null for a lab in memory. */
  readonly folder: string | null
  /** Namespace of meshdrill's own objects, in a cluster that other machines can use, too. */
  readonly systemNamespace?: string
  /** Kubernetes version, number of nodes, components with their versions. */
  describe(): Promise<ClusterDescription>
  /** Loads images to every node, by their references. */
  loadImages(images: string[]): Promise<void>
  /** The S3 store for backups, which survives the loss of nodes. Starts the store if the provider runs it. */
  openStore(): Promise<StoreEndpoint>
  /** The path of the program k6, or a container for it. Errors: both are missing, with the next command. */
  k6(): Promise<string | K6Container>
  /** Time until all nodes were Ready, in milliseconds; null for a cluster that existed before. */
  readonly readyMs: number | null
  /** Names of components that were in the cluster before the lab. They are used unchanged, and no fault strikes them. */
  readonly preinstalled?: readonly string[]
  /** Why a node's power cannot be cut, with a remedy; for clusters without `NodePower`. */
  readonly withoutNodePower?: string
  /** Labels of the system nodes: no drill cuts them off, and the drills' own pods run there. */
  readonly systemNodes: Record<string, string>
  /** An address at which this machine reaches NodePorts. */
  nodeAddress(): string
  /**
   * The only NodePort that this machine reaches, and the port of `nodeAddress` that leads to it. The ingress gateway must use it.
   * Missing if this machine reaches every NodePort by its own number.
   */
  readonly mapped?: { nodePort: number; port: number }
  /** True if a component, such as `istio`, is installed. `note` records that it was installed, so that it is not installed again. */
  has(part: string): boolean
  note(part: string): Promise<void>
  readonly storageClasses: StorageClasses
  /** Removes the cluster and all its objects on the machine. */
  destroy(): Promise<void>
}

/** Ability of some clusters: to stop and start nodes. */
export interface NodePower {
  /** Kills all processes of the node, and resolves when they have ended. The node's disks keep their data. */
  stopNode(name: string): Promise<void>
  /** Starts a stopped node with its disks, and resolves when it runs. The node becomes Ready later. */
  startNode(name: string): Promise<void>
}

/** Ability of providers with access to the nodes' disks. */
export interface VolumeWipe {
  /** Deletes the local volumes of a stopped node, as if its disks were replaced. */
  wipeVolumes(name: string): Promise<void>
}

/** Ability of providers that run the S3 store: to stop it, and to start it with its data. */
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

/** k6 in a separate container for each load. Docker has the image. */
export interface K6Container {
  image: string
  /** Name of the container's Docker network, or `host`. */
  network: string
  /** Labels of the container. */
  labels: Record<string, string>
  /** True if Ryuk's image may be pulled. */
  pulls: boolean
  /** Translates a URL of this machine for the container. */
  reach: (url: string) => string
}

/** Network of a container with the load, and the translation of URLs for it. */
export type K6Place = Pick<K6Container, 'network' | 'labels' | 'reach'>

/** An S3 store outside of the cluster. */
export interface Store {
  /** URL for pods, and for this machine if `here` is missing. */
  url: string
  /** URL for this machine, if it differs from `url`. */
  here?: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
}

/** A store with the folder of a lab in it. */
export interface StoreEndpoint extends Store {
  /** Prefix of all keys that the lab writes, with a slash at its end. Other objects are never overwritten or deleted. */
  prefix: string
}
