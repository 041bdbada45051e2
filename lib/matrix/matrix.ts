/** Which rows of strategy × fault are drilled, which are not and why, and which nobody can recover from. */

/** What a strategy is made of, as far as it decides which faults can hit it. */
interface StrategyTraits {
  /** `snapshots`: it stands on CSI snapshots, so its volumes are those of the CSI driver. */
  volumes: 'any' | 'snapshots'
  /** Whether pods in the cluster move the data, and whether it goes to the S3 store. */
  mover: boolean
  store: boolean
  /** Whether it keeps objects of its backups in the cluster. */
  objects: boolean
  /** Whether it backs up by a clock of its own. */
  clock: boolean
  /** Whether the service is stopped while it is backed up. */
  stops?: true
  /** Whether it promises the state of one moment. */
  moment: boolean
}

const copies: StrategyTraits = { volumes: 'any', mover: true, store: true, objects: false, clock: false, moment: false }
const snapshots: StrategyTraits = {
  volumes: 'snapshots',
  mover: false,
  store: false,
  objects: true,
  clock: false,
  moment: true,
}

export const strategies = {
  'velero/file-system': { ...copies, objects: true },
  'velero/file-system-mesh-volumes': { ...copies, objects: true },
  'velero/csi-snapshot': { ...snapshots, store: true },
  'velero/data-mover': { ...copies, volumes: 'snapshots', objects: true, moment: true },
  'velero/schedule': { ...copies, objects: true, clock: true },
  'restic/manual': { ...copies, stops: true, moment: true },
  'restic/automated': { ...copies, objects: true, clock: true },
  'restic/incremental': copies,
  'kubernetes/volume-snapshot': snapshots,
  'k8up/operator': { ...copies, objects: true },
} as const satisfies Record<string, StrategyTraits>

export type StrategyName = keyof typeof strategies

/** The strategy that faults are drilled with in which no backup has a part. */
export const USUAL: StrategyName = 'velero/file-system'

/** That volumes which can be snapshotted are there without their node; that what fills one fills nothing else. */
export type VolumeNeed = 'any node' | 'own size'

export interface FaultTraits {
  /** What it hits; `service` faults need no restore. */
  hits: 'service' | 'state' | 'running backup' | 'running restore' | 'backup'
  /** What must be there for it to hit. */
  aims?: 'mover' | 'store' | 'objects'
  /** The volumes that it can be seen on; those of the strategy where it says nothing. */
  volumes?: 'local' | 'snapshots'
  /** What volumes that can be snapshotted must have besides. */
  needs?: VolumeNeed
  /** Why it is drilled with one strategy only. */
  once?: string
}

const service: FaultTraits = { hits: 'service' }
const sameRepair = 'a damaged volume is replaced in the same way whatever the damage was'
const damaged: FaultTraits = { hits: 'state', once: sameRepair }

export const faults = {
  'container-kill': service,
  'pod-kill': service,
  'pod-failure': service,
  'proxy-kill': service,
  'node-outage': { ...service, needs: 'any node' },
  'control-plane-partition': service,
  'store-partition': service,
  'network-delay': service,
  'network-loss': service,
  'cpu-stress': service,
  'memory-stress': service,
  'full-volume': { ...service, volumes: 'snapshots', needs: 'own size' },
  'namespace-deletion': { hits: 'state' },
  'claim-deletion': { hits: 'state' },
  'node-loss': { hits: 'state', volumes: 'local' },
  ransomware: { hits: 'state' },
  'volume-corruption': { hits: 'state' },
  'volume-zeroed': damaged,
  'volume-truncated': damaged,
  'volume-stale': damaged,
  'volume-misdirected': damaged,
  'file-deleted': damaged,
  'wrong-permissions': damaged,
  'tool-kill': { hits: 'running backup', aims: 'mover' },
  'tool-memory-limit': {
    hits: 'running backup',
    aims: 'mover',
    once: 'a killed mover is what tool-kill drills for each',
  },
  'tool-store-partition': { hits: 'running backup', aims: 'mover' },
  'store-away': { hits: 'running backup', aims: 'store' },
  'store-bandwidth': { hits: 'running backup', aims: 'store', once: 'a slow store slows them all' },
  'node-outage-during-backup': { hits: 'running backup', aims: 'mover', needs: 'any node' },
  'wrong-credentials': { hits: 'running backup', aims: 'store' },
  'tool-kill-during-restore': { hits: 'running restore', aims: 'mover' },
  'store-away-during-restore': { hits: 'running restore', aims: 'store' },
  'node-outage-during-restore': {
    hits: 'running restore',
    aims: 'mover',
    needs: 'any node',
    once: 'a mover that is gone with its node is what tool-kill-during-restore drills for each',
  },
  'istiod-kill-during-restore': { hits: 'running restore', once: 'the mesh does not know who restores' },
  'backup-objects-deletion': { hits: 'backup', aims: 'objects' },
  'bucket-deletion': { hits: 'backup', aims: 'store' },
  'bucket-overwrite': { hits: 'backup', aims: 'store' },
} as const satisfies Record<string, FaultTraits>

export type FaultName = keyof typeof faults

const allIndexes =
  'kopia reads every index of its repository: a damaged one of the newest backup bars the older ones too'

/** Rows after which the state cannot be brought back, and why: findings, which fail when they stop being true. */
const notRecoverable: Partial<Record<`${StrategyName} ${FaultName}`, string>> = {
  'kubernetes/volume-snapshot namespace-deletion': 'a VolumeSnapshot lives in its namespace and dies with it',
  'kubernetes/volume-snapshot backup-objects-deletion': 'with deletionPolicy Delete the snapshot goes with its object',
  'velero/file-system bucket-overwrite': allIndexes,
  'velero/file-system-mesh-volumes bucket-overwrite': allIndexes,
  'velero/data-mover bucket-overwrite': allIndexes,
  // People who run restic themselves mend its index from what is left, and get the older backup back.
  'k8up/operator bucket-overwrite': 'restic reads every index of its repository, and K8up mends none that is damaged',
}

/** The rows of a run that asks for nothing else: each tool, each family of faults. */
const slice: readonly `${StrategyName} ${FaultName}`[] = [
  'velero/file-system tool-kill',
  'velero/file-system container-kill',
  'velero/file-system node-outage',
  'velero/file-system namespace-deletion',
  'velero/file-system volume-corruption',
  'velero/csi-snapshot namespace-deletion',
  'restic/automated ransomware',
  'kubernetes/volume-snapshot namespace-deletion',
  'k8up/operator claim-deletion',
]

/** A row of the matrix. */
export interface Row {
  strategy: StrategyName
  fault: FaultName
  /** Volumes that the row is drilled on. */
  volumes: 'local' | 'snapshots'
  /** Whether the strategy promises the state of one moment. */
  pointInTime: boolean
  /** Why nobody can recover from it, else null. */
  notRecoverable: string | null
  /** Why it is not drilled, else null. */
  illegal: string | null
  /** Whether a run that asks for nothing else drills it. */
  inSlice: boolean
}

const names = <Name extends string>(of: Record<Name, unknown>): Name[] => Object.keys(of) as Name[]

/** Every row, legal or not, fault by fault. */
export const matrix: readonly Row[] = names(faults).flatMap((fault) =>
  names(strategies).map((strategy) => {
    const key = `${strategy} ${fault}` as const
    const traits: FaultTraits = faults[fault]
    const snapshotsNeeded = (traits.volumes ?? strategies[strategy].volumes) === 'snapshots'
    return {
      strategy,
      fault,
      volumes: snapshotsNeeded ? 'snapshots' : 'local',
      pointInTime: strategies[strategy].moment,
      notRecoverable: notRecoverable[key] ?? null,
      illegal: findObstacle(strategy, traits),
      inSlice: slice.includes(key),
    } as const
  }),
)

function findObstacle(strategy: StrategyName, fault: FaultTraits): string | null {
  const traits: StrategyTraits = strategies[strategy]
  const elsewhere = strategy === USUAL ? null : `; drilled once, with ${USUAL}`
  if (fault.hits === 'service' && elsewhere !== null) return `no backup has a part in it${elsewhere}`
  if (fault.once !== undefined && elsewhere !== null) return `${fault.once}${elsewhere}`
  if (fault.aims === 'mover' && !traits.mover) return 'nothing in the cluster moves its data'
  if (fault.aims === 'store' && !traits.store) return 'it does not use the store'
  if (fault.aims === 'objects' && !traits.objects) return 'it keeps no object of a backup in the cluster'
  if (fault.hits === 'running backup' && traits.clock) return 'its backups start by the clock, not when a drill wants'
  if (fault.hits === 'backup' && traits.clock) return 'which of its backups is the newest is the clock’s to say'
  if (fault.hits === 'running backup' && traits.stops)
    return 'the service is stopped while it is backed up: what a fault does to it could not be told apart'
  if (fault.volumes === 'local' && traits.volumes === 'snapshots') return 'its volumes are not the node’s'
  return null
}

/** The rows of a fault that can be drilled. */
export const rowsOf = (fault: FaultName): Row[] => matrix.filter((row) => row.fault === fault && row.illegal === null)
