import type { ComponentName } from '../../components/index.ts'
import type { K6Place, Store } from '../../lab/cluster.ts'
import type { WorkloadName } from '../../workloads/index.ts'

/** Options for the user's own cluster. */
export interface ExistingOptions {
  /** Name of a context in the kubeconfig. The current context is never used, because it could be any cluster. */
  context: string
  /** Kubeconfig files. The first one that has the context is used. */
  kubeconfigs: string[]
  /** UID of the kube-system namespace of the intended cluster; null if the user has not confirmed it yet. */
  confirm: string | null
  /** Where programs, charts and images come from: public registries, or this machine's own toolchain. */
  artifacts: 'public' | 'built'
  /** A YAML file that maps image names to references that replace the public ones; null without one. */
  images: string | null
  /** `found`: the load runs in the program k6, or in a container if there is none. `container`: always in a container. */
  k6: 'found' | 'container'
  /** Commands that stop and start a node; `{node}` stands for its name. Null if drills may not stop nodes. */
  power: { stop: string; start: string } | null
  /** Labels of the system nodes: no fault hits them, and mesh, tools and Chaos Mesh run there. */
  systemNodes: Record<string, string>
  /** Address for NodePorts; null: that of the first node that answers. */
  nodeAddress: string | null
  /** StorageClass of drills' volumes; null for the cluster's default. */
  storageClass: string | null
  /** StorageClass of volumes with snapshots; null for the first class with a VolumeSnapshotClass. */
  snapshotStorageClass: string | null
  /** Pods of the storage driver that take snapshots, for their CPU and memory; null if the user named none. */
  storagePods: { namespace: string; prefix: string } | null
  /** The user's S3 store; null: a store is started on this machine. */
  store: Store | null
}

/** Options with what a run needs: its components, of which those that are missing are installed, and its workloads. */
export interface ExistingRun extends ExistingOptions {
  components: readonly ComponentName[]
  workloads: readonly WorkloadName[]
  /**
   * Present if a provider created the cluster, such as kind: it needs no confirmation, and the provider loads images and runs the
   * store. `images`: references that replace public ones. `k6`: network and labels of a container that runs the load.
   */
  made?: { images: Record<string, string>; k6: K6Place }
}
