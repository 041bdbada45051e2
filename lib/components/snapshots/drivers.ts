import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import { fromSnapshot, restore } from './restore.ts'
import { snapshotOf, waitForSnapshot, snapshotName, takeSnapshots, type SnapshotBackup } from './take.ts'
import { isClaim } from '../support/exported-namespace.ts'
import { exportNamespace } from '../support/namespace-objects.ts'
import type { Backup, BackupTool, InstalledTool, ToolParts } from '../tool.ts'
import { snapshotReference, backupResult } from './objects.ts'

/**
 * Kubernetes' own snapshots: one VolumeSnapshot for each claim. No data leaves the storage. With the usual deletion policy, the
 * storage deletes a snapshot together with its VolumeSnapshot.
 */
export function volumeSnapshot(): BackupTool {
  const attach = (lab: Lab): InstalledTool => ({
    name: 'kubernetes',
    strategy: 'volume-snapshot',
    version: lab.artifacts.component('snapshot-controller').version,
    // The storage takes the snapshots, so there is no mover.
    parts: () => ({ pods: podsOf(lab), mover: null, secret: null, prefix: null }),
    async backup(namespace, { name }) {
      const objects = await exportNamespace(lab, namespace)
      const taken = await takeSnapshots(lab, { namespace, name, objects })
      return {
        name,
        // No data moves, so a fault cannot be injected while it moves.
        waitUntilMoving: () => Promise.resolve(false),
        waitUntilFinished: () => finishBackup(lab, taken),
      }
    },
  })
  return {
    name: 'kubernetes',
    strategy: 'volume-snapshot',
    volumes: 'snapshots',
    requires: (lab) => {
      if (lab.cluster.storageClasses.snapshots === null)
        return Promise.resolve(['the cluster has no StorageClass with snapshots'])
      return Promise.resolve(
        podsOf(lab).length === 0
          ? [
              'the pods of the storage are unknown, so their use cannot be measured. Next: MESHDRILL_STORAGE_PODS=<namespace>/<prefix>',
            ]
          : [],
      )
    },
    install: (lab) => Promise.resolve(attach(lab)),
    attach,
  }
}

const podsOf = ({ cluster }: Lab): ToolParts['pods'] =>
  cluster.storageClasses.pods === undefined ? [] : [cluster.storageClasses.pods]

async function finishBackup(lab: Lab, taken: SnapshotBackup): Promise<Backup> {
  const { namespace, name, objects } = taken
  const snapshots = await Promise.all(
    objects.filter(isClaim).map(({ metadata }) => waitForSnapshot(lab, namespace, snapshotName(name, metadata.name))),
  )
  return {
    name,
    result: backupResult(lab, snapshots, objects),
    objects: snapshots.map(({ metadata }) => snapshotReference(namespace, metadata.name)),
    restore: ({ into } = {}) => restore(lab, taken, snapshots, into),
  }
}

const { namespace, claim, backup: name } = SERVICE

/** Effort of a user who applies a VolumeSnapshot and restores from it. */
function volumeSnapshotEffort(lab: Lab): UserEffort {
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

export const drivers = { 'volume-snapshot': { create: volumeSnapshot, effort: volumeSnapshotEffort } }
