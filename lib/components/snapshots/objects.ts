import type { KubeObject } from '../../kube/object.ts'
import { parseBytes } from '../../system/quantity.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { earliest, latest, timeMs, sumKnown } from '../support/times.ts'

/** The result of a backup. */
export const backupResult = (lab: Lab, snapshots: VolumeSnapshot[], objects: KubeObject[]): OperationResult =>
  copiesData(lab)
    ? withReadyEnd(describeSnapshots(snapshots, objects), snapshots)
    : describeSnapshots(snapshots, objects)

/** Whether the storage copies the data of a snapshot, which takes time. */
const copiesData = ({ cluster }: Lab): boolean =>
  cluster.storageClasses.lacks?.includes('snapshots of one moment') === true

/** Sets the end to the last status update. `creationTime` is only the start of a copy. */
function withReadyEnd(result: OperationResult, snapshots: VolumeSnapshot[]): OperationResult {
  const updates = snapshots.flatMap(({ metadata }) => metadata.managedFields ?? [])
  const times = updates.filter(({ subresource }) => subresource === 'status').map(({ time }) => timeMs(time))
  return { ...result, endedMs: latest([result.endedMs, ...times]) }
}

/** The result of a backup, with the time of the last snapshot as its end. */
export function describeSnapshots(snapshots: VolumeSnapshot[], objects: KubeObject[]): OperationResult {
  const failed = snapshots.find(({ status }) => status?.readyToUse !== true)
  const startedMs = earliest(snapshots.map(({ metadata }) => timeMs(metadata.creationTimestamp)))
  return {
    state: failed === undefined ? 'ReadyToUse' : 'Error',
    succeeded: failed === undefined,
    startedMs,
    // The time of the snapshot itself. Kubernetes does not record when it became ready, shortly after.
    endedMs: latest([startedMs, ...snapshots.map(({ status }) => timeMs(status?.creationTime))]),
    bytes: bytesOf(snapshots.map(({ status }) => status?.restoreSize)),
    details: {
      volumes: snapshots.length,
      message: failed?.status?.error?.message ?? null,
      objects: describeObjects(objects),
    },
  }
}

export const API = 'snapshot.storage.k8s.io/v1'

export interface VolumeSnapshot extends KubeObject {
  metadata: KubeObject['metadata'] & { managedFields?: { subresource?: string; time?: string | Date }[] }
  status?: {
    readyToUse?: boolean
    creationTime?: string
    /** A quantity: the minimum size of a volume for this snapshot. */
    restoreSize?: string
    boundVolumeSnapshotContentName?: string
    error?: { message?: string }
  }
}

export interface VolumeSnapshotContent extends KubeObject {
  spec: { driver: string; volumeSnapshotClassName?: string; sourceVolumeMode?: string }
  status?: { snapshotHandle?: string }
}

export interface Claim extends KubeObject {
  status?: { phase?: string }
}

export const isBound = (claim: Claim | null): boolean => claim?.status?.phase === 'Bound'

export const snapshotReference = (namespace: string, name: string) => ({
  apiVersion: API,
  kind: 'VolumeSnapshot',
  metadata: { name, namespace },
})

export const contentReference = (name: string) => ({
  apiVersion: API,
  kind: 'VolumeSnapshotContent',
  metadata: { name },
})

/** The sum of quantities in bytes; null if one is missing. */
export const bytesOf = (quantities: (string | undefined)[]): number | null =>
  sumKnown(quantities.map((quantity) => (quantity === undefined ? null : parseBytes(quantity))))
