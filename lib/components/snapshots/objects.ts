import type { KubeObject } from '../../kube/object.ts'

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
  const known = quantities.filter((quantity) => quantity !== undefined).map(parseQuantity)
  return known.length === quantities.length ? known.reduce((total, bytes) => total + bytes, 0) : null
}

const UNITS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** A Kubernetes quantity in bytes, such as `128Mi`. */
export function parseQuantity(quantity: string): number {
  const [, digits, unit = ''] = /^([0-9.]+)([kMGT]|[KMGT]i)?$/.exec(quantity) ?? []
  const factor = UNITS[unit]
  if (digits === undefined || factor === undefined) throw new Error(`"${quantity}" is not a quantity of bytes`)
  return Number(digits) * factor
}
