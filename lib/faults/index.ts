import type { VolumeTrait } from '../lab/storage.ts'
import type { Moment } from '../record/moment.ts'
import type { DamageKind } from '../workloads/damage.ts'

/**
 * Target of a fault at rest. After a strike at the `service` no restore is needed. A `backup` is struck before it is
 * restored.
 */
type Struck = 'service' | 'state' | 'backup'

/** How a fault is drilled at one moment. */
export interface Strike {
  /** Its target. Null during a backup or a restore, because the operation is the target. */
  at: Struck | null
  /** Traits that a strategy needs so that the fault can strike it. */
  aims?: 'mover' | 'store' | 'objects'
  /** Why the fault is drilled with one strategy only. */
  once?: string
}

export interface FaultTraits {
  /** The moments at which the fault is drilled. */
  moments: Partial<Record<Moment, Strike>>
  /** Volumes that show its effect. Default: those of the strategy. */
  volumes?: 'local' | 'snapshots'
  /** Further traits that snapshot volumes need. */
  needs?: VolumeTrait
  /** The part of a mesh that it strikes. It is not drilled with a mesh without this part. */
  strikesMesh?: 'proxy' | 'control plane'
  /** True if it deletes volumes. It is not drilled with a service without one. */
  strikesVolume?: true
  /** The way in which it damages data, if it does. Some workloads do not support each way. */
  damages?: DamageKind | 'fill'
}

const atRest = (at: Struck, more: Omit<Strike, 'at'> = {}): Pick<FaultTraits, 'moments'> => ({
  moments: { 'at-rest': { at, ...more } },
})
const during = (more: Omit<Strike, 'at'>): Strike => ({ at: null, ...more })
const duringBackup = (more: Omit<Strike, 'at'>): Pick<FaultTraits, 'moments'> => ({
  moments: { 'during-backup': during(more) },
})

const service = atRest('service')
const state = atRest('state')
const damage = atRest('state', { once: 'a damaged volume is replaced in the same way after any damage' })
const mover = { aims: 'mover' } as const
const store = { aims: 'store' } as const

/** Every fault, in the order of the tables. A new fault is a file in this folder and a line here. */
export const faults = {
  'container-kill': service,
  'pod-kill': service,
  'pod-failure': service,
  'proxy-kill': { ...service, strikesMesh: 'proxy' },
  'node-outage': {
    needs: 'any node',
    moments: {
      'at-rest': { at: 'service' },
      'during-backup': during(mover),
      'during-restore': during({
        ...mover,
        once: 'tool-kill during the restore shows the effect of a lost mover for each strategy',
      }),
    },
  },
  'control-plane-partition': service,
  'store-partition': service,
  'network-delay': service,
  'network-loss': service,
  'cpu-stress': service,
  'memory-stress': service,
  'full-volume': { ...service, volumes: 'snapshots', needs: 'own size', damages: 'fill' },
  'namespace-deletion': state,
  'claim-deletion': { ...state, strikesVolume: true },
  'node-loss': { ...state, volumes: 'local', strikesVolume: true },
  ransomware: { ...state, damages: 'encrypt' },
  'volume-corruption': { ...state, damages: 'flip' },
  'volume-zeroed': { ...damage, damages: 'zero' },
  'volume-truncated': { ...damage, damages: 'truncate' },
  'volume-stale': { ...damage, damages: 'stale' },
  'volume-misdirected': { ...damage, damages: 'misdirect' },
  'file-deleted': { ...damage, damages: 'delete' },
  'wrong-permissions': { ...damage, damages: 'permissions' },
  'tool-kill': { moments: { 'during-backup': during(mover), 'during-restore': during(mover) } },
  'tool-memory-limit': duringBackup({
    ...mover,
    once: 'tool-kill shows the effect of a killed mover for each strategy',
  }),
  'tool-store-partition': duringBackup(mover),
  'store-away': { moments: { 'during-backup': during(store), 'during-restore': during(store) } },
  'store-bandwidth': duringBackup({ ...store, once: 'a slow store slows every strategy' }),
  'wrong-credentials': duringBackup(store),
  'mesh-control-kill': {
    strikesMesh: 'control plane',
    moments: { 'during-restore': during({ once: 'the mesh does not know which tool restores' }) },
  },
  'backup-objects-deletion': atRest('backup', { aims: 'objects' }),
  'bucket-deletion': atRest('backup', store),
  'bucket-overwrite': atRest('backup', store),
} as const satisfies Record<string, FaultTraits>

export type FaultName = keyof typeof faults

/** Names of the faults that damage data in one of the known ways. */
export type DamagingFault = {
  [Name in FaultName]: (typeof faults)[Name] extends { damages: DamageKind } ? Name : never
}[FaultName]

/** Names of all faults, in the order of the list. */
export const FAULTS = Object.keys(faults) as readonly FaultName[]
