import { faults, type FaultName, type FaultTraits } from '../faults/index.ts'
import type { StorageClasses, VolumeTrait } from '../lab/storage.ts'
import type { Row } from './matrix.ts'

const MEANING: Record<VolumeTrait, string> = {
  'any node': 'are on one node, with their driver: without it nothing of the storage is there',
  'snapshots of one moment': 'have no snapshots of one moment',
  'own size': 'have no size of their own: what fills one fills the disk of its node',
}

/** Reasons why a row's fault cannot be drilled on the cluster's volumes. Empty if it can. */
export function obstaclesOf(
  { volumes }: Pick<Row, 'volumes'>,
  fault: FaultName,
  { snapshots, lacks = [] }: Pick<StorageClasses, 'snapshots' | 'lacks'>,
): string[] {
  const { needs } = faults[fault] as FaultTraits
  if (volumes === 'local' || needs === undefined || !lacks.includes(needs)) return []
  return [`the volumes of class "${snapshots ?? ''}" ${MEANING[needs]}`]
}

/** True if a row promises that the restored state is of one moment. A strategy with snapshots depends on the driver for that. */
export const promisesMoment = (
  { pointInTime, volumes }: Pick<Row, 'pointInTime' | 'volumes'>,
  { lacks = [] }: Pick<StorageClasses, 'lacks'>,
): boolean => pointInTime && (volumes === 'local' || !lacks.includes('snapshots of one moment'))
