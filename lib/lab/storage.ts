/** Properties that volumes of a storage network have, and that volumes of some drivers lack. */
export type VolumeTrait = 'any node' | 'own size' | 'snapshots of one moment'

const LACKS: Record<string, readonly VolumeTrait[]> = {
  // Folders of the node that it runs on; its snapshots are archives that tar makes of them.
  'hostpath.csi.k8s.io': ['any node', 'own size', 'snapshots of one moment'],
}

/** What the volumes of a provisioner are known to lack. */
export const lacksOf = (provisioner: string): readonly VolumeTrait[] => LACKS[provisioner] ?? []

/** Classes of volumes. */
export interface StorageClasses {
  /** Null for the cluster's default. */
  local: string | null
  /** Whose volumes can be snapshotted; null where no class's can. */
  snapshots: string | null
  /** The VolumeSnapshotClass that belongs to `snapshots`, where it bears another name. */
  ofSnapshots?: string
  /** What the volumes of `snapshots` are known to lack; nothing where it is not there. */
  lacks?: readonly VolumeTrait[]
  /**
   * The pods of the storage that take the snapshots, whose use of the nodes is that of a tool which leaves the work to them:
   * those of a namespace whose names begin with `prefix`. Not there where nobody knows them.
   */
  pods?: { namespace: string; prefix: string }
}
