/** Properties of volumes on a storage network. Volumes of some drivers lack them. */
export type VolumeTrait = 'any node' | 'own size' | 'snapshots of one moment'

const LACKS: Record<string, readonly VolumeTrait[]> = {
  // Its volumes are folders of the driver's node, and its snapshots are tar archives.
  'hostpath.csi.k8s.io': ['any node', 'own size', 'snapshots of one moment'],
}

/** Properties that the volumes of a provisioner lack. */
export const lacksOf = (provisioner: string): readonly VolumeTrait[] => LACKS[provisioner] ?? []

/** StorageClasses for drills. */
export interface StorageClasses {
  /** StorageClass of local volumes; null for the cluster's default. */
  local: string | null
  /** StorageClass of volumes with snapshots; null if there is none. */
  snapshots: string | null
  /** VolumeSnapshotClass for `snapshots`. Default: the same name. */
  ofSnapshots?: string
  /** Properties that the volumes of `snapshots` lack. Default: none. */
  lacks?: readonly VolumeTrait[]
  /**
   * Pods of the storage that take snapshots, by namespace and prefix of their names. Their resource use counts for tools that use
   * snapshots. Missing if the pods are unknown.
   */
  pods?: { namespace: string; prefix: string }
}
