import type { KubeObject } from '../../kube/object.ts'
import { parseBytes } from '../../system/quantity.ts'
import { sumKnown } from '../support/sum-known.ts'

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
