import type { KubeObject } from '../../kube/object.ts'
import { parseBytes } from '../../system/quantity.ts'
import type { Lab } from '../../lab/lab.ts'
import type { OperationResult } from '../../record/facts.ts'
import { describeObjects } from '../support/namespace-objects.ts'
import { earliest, latest, timeMs, sumKnown } from '../support/times.ts'

/** The result of a backup. */
export const backupResult = (lab: Lab, snapshots: VolumeSnapshot[], objects: KubeObject[]): OperationResult =>
  copiesData(lab) ? untilReady(describeSnapshots(snapshots, objects), snapshots) : describeSnapshots(snapshots, objects)

/** Whether the storage copies the data of a snapshot, which takes time. */
const copiesData = ({ cluster }: Lab): boolean =>
  cluster.storageClasses.lacks?.includes('snapshots of one moment') === true

/** With the time of the last status update as its end: `creationTime` is the begin of a copy. */
function untilReady(result: OperationResult, snapshots: VolumeSnapshot[]): OperationResult {
  const updates = snapshots.flatMap(({ metadata }) => metadata.managedFields ?? [])
  const times = updates.filter(({ subresource }) => subresource === 'status').map(({ time }) => timeMs(time))
  return { ...result, endedMs: latest([result.endedMs, ...times]) }
}

/** The result of taking these snapshots. */
export function describeSnapshots(snapshots: VolumeSnapshot[], objects: KubeObject[]): OperationResult {
  const failed = snapshots.find(({ status }) => status?.readyToUse !== true)
  const startedMs = earliest(snapshots.map(({ metadata }) => timeMs(metadata.creationTimestamp)))
  return {
    state: failed === undefined ? 'ReadyToUse' : 'Error',
    succeeded: failed === undefined,
    startedMs,
    // The time at which the storage cut the snapshot. Kubernetes does not record when it became ready, a moment later.
    endedMs: latest([startedMs, ...snapshots.map(({ status }) => timeMs(status?.creationTime))]),
    bytes: bytesOf(snapshots.map(({ status }) => status?.restoreSize)),
    details: {
      volumes: snapshots.length,
      message: failed?.status?.error?.message ?? null,
      objects: describeObjects(objects),
    },
  }
}

/** The objects of Kubernetes' snapshots, as far as they are read. */

export const API = 'snapshot.storage.k8s.io/v1'

export interface VolumeSnapshot extends KubeObject {
  metadata: KubeObject['metadata'] & { managedFields?: { subresource?: string; time?: string | Date }[] }
  status?: {
    readyToUse?: boolean
    creationTime?: string
    /** A quantity: the size of a volume that can hold it. */
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
