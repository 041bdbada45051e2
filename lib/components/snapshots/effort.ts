import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import { fromSnapshot } from './restore.ts'
import { snapshotOf } from './take.ts'

const { namespace, claim, backup: name } = SERVICE

/** Effort of a user who applies a VolumeSnapshot and restores from it. */
export function volumeSnapshotEffort(lab: Lab): UserEffort {
  const bareClaim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim }, spec: {} }
  return {
    configuration: [
      textOf('the VolumeSnapshot', snapshotOf(lab, { namespace, name }, claim)),
      textOf('the claim’s data source', fromSnapshot(bareClaim, name).spec as object),
    ],
    firstBackup: [STEPS.keepObjects, 'Apply a VolumeSnapshot for each volume.'],
    restore: [
      'Delete the workloads and their claims.',
      'Apply the claims with the snapshots as their data source.',
      STEPS.startWorkloads,
    ],
    source: 'lib/components/snapshots/take.ts, lib/components/snapshots/restore.ts',
  }
}
