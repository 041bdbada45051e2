import type { MovementKind } from './api.ts'

/** How the volumes of a backup are backed up: what is asked of Velero, and where it says what became of them. */
export interface Method {
  /** What the volumes must be able to do. */
  volumes: 'any' | 'snapshots'
  /** Fields of a Backup's spec. */
  spec: Record<string, unknown>
  /** The objects that move the volumes' data; null where only snapshots are made. */
  movements: { backup: MovementKind; restore: MovementKind } | null
}

export const VOLUME_POLICY = 'drill-volumes'

const podVolumes = {
  volumes: 'any',
  movements: { backup: 'PodVolumeBackup', restore: 'PodVolumeRestore' },
} as const
const files = { defaultVolumesToFsBackup: true, snapshotVolumes: false }
const snapshots = { defaultVolumesToFsBackup: false, snapshotVolumes: true }

/** Files of the volumes that the policy leaves, by kopia. */
export const fileSystem: Method = {
  ...podVolumes,
  spec: { ...files, resourcePolicy: { kind: 'configmap', name: VOLUME_POLICY } },
}

/** Files of every volume of every pod, those that the mesh added too. */
export const everyFileSystem: Method = { ...podVolumes, spec: files }

/** CSI snapshots, which stay where the volumes are. */
export const csiSnapshot: Method = {
  volumes: 'snapshots',
  spec: { ...snapshots, snapshotMoveData: false },
  movements: null,
}

/** CSI snapshots whose data is then moved to the store, after which they are deleted. */
export const dataMover: Method = {
  volumes: 'snapshots',
  spec: { ...snapshots, snapshotMoveData: true },
  movements: { backup: 'DataUpload', restore: 'DataDownload' },
}

/** No volume at all. */
export const noVolumes: Method = { ...podVolumes, spec: { ...files, defaultVolumesToFsBackup: false } }
