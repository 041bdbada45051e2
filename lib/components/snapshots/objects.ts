import type { KubeObject } from '../../kube/object.ts'
import { parseBytes } from '../../system/quantity.ts'

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

/** The sum of quantities; null where one is not said. */
export function bytesOf(quantities: (string | undefined)[]): number | null {
  const known = quantities.filter((quantity) => quantity !== undefined).map(parseBytes)
  return known.length === quantities.length ? known.reduce((total, bytes) => total + bytes, 0) : null
}
