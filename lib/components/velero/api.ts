import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { listObjects } from '../support/exported-namespace.ts'

// Velero's objects, with the fields that the drills read. Velero rounds times down to whole seconds.

export const NAMESPACE = 'velero'
export const API = 'velero.io/v1'

/** Velero's folder in the bucket. It has `backups/`, `restores/`, and `kopia/<namespace>/` with the volumes' data. */
export const folderOf = ({ store }: Pick<Lab, 'store'>): string => `${store.prefix}velero`

/** Phases of an operation that has ended. In any other phase, such as FinalizingPartiallyFailed, it still runs. */
export const TERMINAL = ['Completed', 'PartiallyFailed', 'Failed', 'FailedValidation']

/** A Backup or a Restore. */
export interface VeleroOperation extends KubeObject {
  status?: {
    phase?: string
    startTimestamp?: string
    completionTimestamp?: string
    warnings?: number
    errors?: number
    failureReason?: string
    validationErrors?: string[]
    progress?: { itemsBackedUp?: number; itemsRestored?: number; totalItems?: number }
  }
}

/** Kinds of the objects that move the data of one volume. They end as Completed, Failed or Canceled. */
export type MovementKind = 'PodVolumeBackup' | 'PodVolumeRestore' | 'DataUpload' | 'DataDownload'

export interface Movement extends KubeObject {
  spec?: { volume?: string; sourcePVC?: string; targetVolume?: { pvc?: string } }
  status?: {
    phase?: string
    message?: string
    progress?: { totalBytes?: number; bytesDone?: number }
    incrementalBytes?: number
  }
}

const MOVEMENT_ENDS = ['Completed', 'Failed', 'Canceled']

export const hasEnded = (movement: Movement): boolean => MOVEMENT_ENDS.includes(movement.status?.phase ?? 'New')

/** True if it moves the volume of a claim. False for an emptyDir. */
export const isOfClaim = ({ metadata }: Movement): boolean => metadata.labels?.['velero.io/pvc-uid'] !== undefined

export const apiOf = (kind: MovementKind): string => (kind.startsWith('Data') ? 'velero.io/v2alpha1' : API)

/** Reads a Backup or Restore from the cluster; null if it does not exist. */
export async function readOperation(
  lab: Lab,
  kind: 'Backup' | 'Restore',
  name: string,
): Promise<VeleroOperation | null> {
  return lab.kube.get<VeleroOperation>({ apiVersion: API, kind, metadata: { name, namespace: NAMESPACE } })
}

/** Lists the data movements of a Backup or a Restore, running and ended. */
export async function listMovements(lab: Lab, kind: MovementKind, operation: string): Promise<Movement[]> {
  const label = kind === 'PodVolumeBackup' || kind === 'DataUpload' ? 'velero.io/backup-name' : 'velero.io/restore-name'
  return list<Movement>(lab, apiOf(kind), `${kind.toLowerCase()}s`, { [label]: labelValue(operation) })
}

/** Lists objects in Velero's namespace. Kubernetes leaves `kind` out of the items of a list. */
export async function list<T extends KubeObject>(
  lab: Lab,
  apiVersion: string,
  plural: string,
  labels: Record<string, string>,
): Promise<T[]> {
  const [group = '', version = ''] = apiVersion.split('/')
  return listObjects(lab.kube, { group, version, plural, namespace: NAMESPACE, labels })
}

/** Shortens a name for a label value (at most 63 characters) in the same way as Velero. */
export function labelValue(name: string): string {
  if (name.length <= 63) return name
  return name.slice(0, 57) + createHash('sha256').update(name).digest('hex').slice(0, 6)
}
