import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { listObjects } from '../support/exported-namespace.ts'

/** Velero's objects, as far as the drills read them. By its API, which says times in whole seconds. */

export const NAMESPACE = 'velero'
export const API = 'velero.io/v1'

/** Velero's folder in the bucket: in it are `backups/`, `restores/`, and `kopia/<namespace>/` with the volumes' data. */
export const folderOf = ({ store }: Pick<Lab, 'store'>): string => `${store.prefix}velero`

/** By Velero's API; whatever else a phase says, such as FinalizingPartiallyFailed, it is still going on. */
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

/** What moves the data of one volume: it ends as Completed, Failed or Canceled. */
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

/** Whether it moves the volume of a claim; an emptyDir has none. */
export const isOfClaim = ({ metadata }: Movement): boolean => metadata.labels?.['velero.io/pvc-uid'] !== undefined

export const apiOf = (kind: MovementKind): string => (kind.startsWith('Data') ? 'velero.io/v2alpha1' : API)

/** The operation as it is in the cluster, or null. */
export async function readOperation(
  lab: Lab,
  kind: 'Backup' | 'Restore',
  name: string,
): Promise<VeleroOperation | null> {
  return lab.kube.get<VeleroOperation>({ apiVersion: API, kind, metadata: { name, namespace: NAMESPACE } })
}

/** What moved, or moves, for a Backup or a Restore. */
export async function listMovements(lab: Lab, kind: MovementKind, operation: string): Promise<Movement[]> {
  const label = kind === 'PodVolumeBackup' || kind === 'DataUpload' ? 'velero.io/backup-name' : 'velero.io/restore-name'
  return list<Movement>(lab, apiOf(kind), `${kind.toLowerCase()}s`, { [label]: labelValue(operation) })
}

/** Objects of Velero's namespace; the items of a list do not say their kind. */
export async function list<T extends KubeObject>(
  lab: Lab,
  apiVersion: string,
  plural: string,
  labels: Record<string, string>,
): Promise<T[]> {
  const [group = '', version = ''] = apiVersion.split('/')
  return listObjects(lab.kube, { group, version, plural, namespace: NAMESPACE, labels })
}

/** A name as Velero writes it into a label, which holds 63 characters. */
export function labelValue(name: string): string {
  if (name.length <= 63) return name
  return name.slice(0, 57) + createHash('sha256').update(name).digest('hex').slice(0, 6)
}
