import type { MovementKind } from './api.ts'

/** How Velero backs up volumes: the fields of the Backup, and the kinds of objects with the outcome. */
export interface Method {
  /** `snapshots`: the volumes need a CSI driver that takes snapshots. */
  volumes: 'any' | 'snapshots'
  /** Fields of a Backup's spec. */
  spec: Record<string, unknown>
  /** Kinds of the objects that move the volumes' data; null if Velero only takes snapshots. */
  movements: { backup: MovementKind; restore: MovementKind } | null
}

export const VOLUME_POLICY = 'drill-volumes'

const podVolumes = {
  volumes: 'any',
  movements: { backup: 'PodVolumeBackup', restore: 'PodVolumeRestore' },
} as const
const files = { defaultVolumesToFsBackup: true, snapshotVolumes: false }
const snapshots = { defaultVolumesToFsBackup: false, snapshotVolumes: true }

/** Copies the files of the volumes with kopia. The volume policy skips the mesh's volumes. */
export const fileSystem: Method = {
  ...podVolumes,
  spec: { ...files, resourcePolicy: { kind: 'configmap', name: VOLUME_POLICY } },
}

/** Copies the files of every volume of every pod, including the mesh's volumes. */
export const everyFileSystem: Method = { ...podVolumes, spec: files }

/** Takes CSI snapshots, which stay in the storage of the volumes. */
export const csiSnapshot: Method = {
  volumes: 'snapshots',
  spec: { ...snapshots, snapshotMoveData: false },
  movements: null,
}

/** Takes CSI snapshots, moves their data to the store, and deletes the snapshots. */
export const dataMover: Method = {
  volumes: 'snapshots',
  spec: { ...snapshots, snapshotMoveData: true },
  movements: { backup: 'DataUpload', restore: 'DataDownload' },
}

/** Backs up no volume. */
export const noVolumes: Method = { ...podVolumes, spec: { ...files, defaultVolumesToFsBackup: false } }
