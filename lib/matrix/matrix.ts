import type { StrategyTraits } from '../components/strategy.ts'
import { strategies, type StrategyName } from '../components/tools.ts'
import { faults, type FaultName, type FaultTraits, type Strike } from '../faults/index.ts'
import { damageObstacle } from '../faults/support/data-damage.ts'
import { MOMENTS, type Moment } from '../record/moment.ts'
import { workloadOf } from '../workloads/index.ts'
import { findMissingPart, MESHES, WORKLOADS, type MeshName, type WorkloadName } from './axes.ts'
import { interleave, type Turn } from '../verdict/statistics/random.ts'

/**
 * The rows of a fault at a moment, once in each round, in a random order for each round. Rows of one fault and moment are compared,
 * so they follow each other: they share the conditions of the machine, and no strategy is always the first. Other faults do not
 * change the order.
 */
export const orderRows = (
  fault: FaultName,
  moment: Moment,
  { repetitions, seed }: { repetitions: number; seed: number },
): Turn<Row>[] => interleave(rowsOf(fault, moment), repetitions, seedOf(seed, `${fault} ${moment}`))

/** A separate seed for each name (FNV-1a), so that the orders of two faults differ. */
function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash | 0
}

export { MOMENTS, type Moment } from '../record/moment.ts'

/* The matrix of strategy × fault × moment × mesh × workload: legal rows, reasons for illegal rows, and rows without recovery. */

/** The strategy for faults that do not involve a backup. */
export const USUAL: StrategyName = 'velero/file-system'

const allIndexes =
  'kopia reads every index of its repository: a damaged one of the newest backup bars the older ones too'

/** Rows at rest without recovery of the state, with reasons. They are findings: such a drill fails if the state is recovered. */
const notRecoverable: Partial<Record<`${StrategyName} ${FaultName}`, string>> = {
  'kubernetes/volume-snapshot namespace-deletion': 'a VolumeSnapshot lives in its namespace and dies with it',
  'kubernetes/volume-snapshot backup-objects-deletion': 'with deletionPolicy Delete the snapshot goes with its object',
  'velero/file-system bucket-overwrite': allIndexes,
  'velero/file-system-mesh-volumes bucket-overwrite': allIndexes,
  'velero/data-mover bucket-overwrite': allIndexes,
  // Users who run restic themselves can repair its index, and restore the older backup.
  'k8up/operator bucket-overwrite': 'restic reads every index of its repository, and K8up mends none that is damaged',
}

/** The rows of a default run: each tool and each family of faults. */
export const slice: readonly `${StrategyName} ${FaultName} ${Moment}`[] = [
  'velero/file-system tool-kill during-backup',
  'velero/file-system container-kill at-rest',
  'velero/file-system node-outage at-rest',
  'velero/file-system namespace-deletion at-rest',
  'velero/file-system volume-corruption at-rest',
  'velero/csi-snapshot namespace-deletion at-rest',
  'restic/automated ransomware at-rest',
  'kubernetes/volume-snapshot namespace-deletion at-rest',
  'k8up/operator claim-deletion at-rest',
]

/** A row of the matrix. */
export interface Row {
  strategy: StrategyName
  fault: FaultName
  moment: Moment
  mesh: MeshName
  workload: WorkloadName
  /** Volumes that the row is drilled on. */
  volumes: 'local' | 'snapshots'
  /** True if the strategy promises the state of one moment. */
  pointInTime: boolean
  /** Why the state cannot be recovered; null if it can. */
  notRecoverable: string | null
  /** Why the row is not drilled; null if it is. */
  illegal: string | null
  /** True if a default run drills the row, on the mesh and the workload of that run. */
  inSlice: boolean
}

const names = <Name extends string>(of: Record<Name, unknown>): Name[] => Object.keys(of) as Name[]

/** The moments at which a fault is drilled. */
export const momentsOf = (fault: FaultName): Moment[] =>
  MOMENTS.filter((moment) => (faults[fault] as FaultTraits).moments[moment] !== undefined)

/** Every row, legal or not, fault by fault. */
export const matrix: readonly Row[] = names(faults).flatMap((fault) =>
  momentsOf(fault).flatMap((moment) =>
    MESHES.flatMap((mesh) =>
      WORKLOADS.flatMap((workload) =>
        names(strategies).map((strategy) => makeRow({ strategy, fault, moment, mesh, workload })),
      ),
    ),
  ),
)

type Axes = Pick<Row, 'strategy' | 'fault' | 'moment' | 'mesh' | 'workload'>

function makeRow(axes: Axes): Row {
  const { strategy, fault, moment } = axes
  const traits: FaultTraits = faults[fault]
  const illegal = findObstacle(axes, traits)
  const snapshotsNeeded = (traits.volumes ?? strategies[strategy].traits.volumes) === 'snapshots'
  return {
    ...axes,
    volumes: snapshotsNeeded ? 'snapshots' : 'local',
    pointInTime: strategies[strategy].traits.isPointInTime,
    notRecoverable: (moment === 'at-rest' ? notRecoverable[`${strategy} ${fault}`] : null) ?? null,
    illegal,
    inSlice: illegal === null && slice.includes(`${strategy} ${fault} ${moment}`),
  }
}

function findObstacle({ strategy, moment, mesh, workload }: Axes, fault: FaultTraits): string | null {
  const traits: StrategyTraits = strategies[strategy].traits
  const strike = fault.moments[moment]
  if (strike === undefined) return 'the fault is not drilled at this moment'
  const elsewhere = strategy === USUAL ? null : `; drilled once, with ${USUAL}`
  const missingPart = findMissingPart(mesh, fault)
  if (missingPart !== null) return missingPart
  const undamaged = damageObstacle(fault, workloadOf(workload))
  if (undamaged !== null) return undamaged
  const noVolume = workloadOf(workload).withoutVolume === true ? findMissingVolume(fault, strike, traits) : null
  if (noVolume !== null) return noVolume
  if (strike.at === 'service' && elsewhere !== null) return `no backup has a part in it${elsewhere}`
  if (strike.once !== undefined && elsewhere !== null) return `${strike.once}${elsewhere}`
  if (strike.aims === 'mover' && !traits.hasMover) return 'nothing in the cluster moves its data'
  if (strike.aims === 'store' && !traits.usesStore) return 'it does not use the store'
  if (strike.aims === 'objects' && !traits.keepsObjects) return 'it keeps no object of a backup in the cluster'
  if (moment === 'during-backup' && traits.isScheduled) return 'its backups start by a schedule, not when a drill wants'
  if (strike.at === 'backup' && traits.isScheduled) return 'its schedule decides which of its backups is the newest'
  if (moment === 'during-backup' && traits.stopsService)
    return 'the service is stopped during the backup, so the fault’s effect on the service cannot be seen'
  if (fault.volumes === 'local' && traits.volumes === 'snapshots') return 'its volumes are not the node’s'
  return null
}

/** Why a row cannot be drilled with a service that has no volume. Null if it can. */
function findMissingVolume(fault: FaultTraits, { at }: Strike, traits: StrategyTraits): string | null {
  if (fault.strikesVolume === true) return 'the service has no volume'
  if (at === null) return 'the service has no volume, so no data moves that the fault could disturb'
  if (at === 'backup') return 'drilled with a volume: its backup is struck in the same way'
  if (at === 'state' && traits.backsUpObjects !== true) return 'its backups hold volumes only, and the service has none'
  return null
}

const legalRows = new Map<string, Row[]>()
for (const row of matrix) {
  if (row.illegal !== null) continue
  const strike = `${row.fault} ${row.moment}`
  const rows = legalRows.get(strike)
  if (rows === undefined) legalRows.set(strike, [row])
  else rows.push(row)
}

/** The rows of a fault at a moment that can be drilled. */
export const rowsOf = (fault: FaultName, moment: Moment): readonly Row[] => legalRows.get(`${fault} ${moment}`) ?? []
