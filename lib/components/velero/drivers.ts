import { applyVolumePolicy, backupEffort, labelSnapshotClass, scheduleEffort } from './effort.ts'
import { csiSnapshot, dataMover, everyFileSystem, fileSystem } from './methods.ts'
import {
  veleroDataMover,
  veleroFileSystem,
  veleroFileSystemWithMeshVolumes,
  veleroSchedule,
  veleroSnapshot,
} from './velero.ts'

export const drivers = {
  'file-system': { create: veleroFileSystem, effort: backupEffort(fileSystem, applyVolumePolicy) },
  'file-system-mesh-volumes': { create: veleroFileSystemWithMeshVolumes, effort: backupEffort(everyFileSystem, null) },
  'csi-snapshot': { create: veleroSnapshot, effort: backupEffort(csiSnapshot, labelSnapshotClass) },
  'data-mover': { create: veleroDataMover, effort: backupEffort(dataMover, labelSnapshotClass) },
  schedule: { create: veleroSchedule, effort: scheduleEffort(fileSystem, applyVolumePolicy) },
}
