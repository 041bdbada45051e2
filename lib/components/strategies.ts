import type { StrategyName } from '../matrix/matrix.ts'
import { k8up } from './k8up/k8up.ts'
import { resticAutomated } from './restic/automated.ts'
import { resticIncremental } from './restic/incremental.ts'
import { resticManual } from './restic/manual.ts'
import type { BackupTool } from './tool.ts'
import {
  veleroDataMover,
  veleroFileSystem,
  veleroFileSystemWithMeshVolumes,
  veleroSchedule,
  veleroSnapshot,
} from './velero/velero.ts'
import { volumeSnapshot } from './snapshots/volume-snapshot.ts'

/** Every strategy by its name in the matrix. */
export const toolOf: Record<StrategyName, () => BackupTool> = {
  'velero/file-system': veleroFileSystem,
  'velero/file-system-mesh-volumes': veleroFileSystemWithMeshVolumes,
  'velero/csi-snapshot': veleroSnapshot,
  'velero/data-mover': veleroDataMover,
  'velero/schedule': veleroSchedule,
  'restic/manual': resticManual,
  'restic/automated': resticAutomated,
  'restic/incremental': resticIncremental,
  'kubernetes/volume-snapshot': volumeSnapshot,
  'k8up/operator': k8up,
}
