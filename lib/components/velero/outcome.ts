import type { OperationResult } from '../../record/facts.ts'
import { timeMs, sumKnown } from '../support/times.ts'
import type { Movement, VeleroOperation } from './api.ts'

/** What became of one volume. */
export interface VolumeOutcome {
  /** Its name in the pod, or that of its claim. */
  volume: string
  succeeded: boolean
  /** Null where nobody says. */
  bytes: number | null
  /** Bytes that were new to the store; null where nobody says. */
  incrementalBytes: number | null
  message: string | null
}

/** A number that is not there is a zero: Velero leaves zeros out. */
export const outcomeOf = ({ spec, status, metadata }: Movement, of: 'Backup' | 'Restore'): VolumeOutcome => ({
  volume: spec?.volume ?? spec?.sourcePVC ?? spec?.targetVolume?.pvc ?? metadata.name,
  succeeded: status?.phase === 'Completed',
  bytes: status?.progress?.bytesDone ?? 0,
  incrementalBytes: of === 'Backup' && status?.phase === 'Completed' ? (status.incrementalBytes ?? 0) : null,
  message: status?.message ?? null,
})

/**
 * A Backup or Restore that has ended, with its volumes. A phase is no proof: a backup of nothing ends Completed. What counts
 * is what the volumes say; where it cannot be read, `volumes` is why, and the bytes are unknown. `said` are further details.
 */
export function resultOf(
  object: VeleroOperation,
  volumes: VolumeOutcome[] | { unknown: string },
  said: OperationResult['details'],
): OperationResult {
  const status = object.status ?? {}
  const phase = status.phase ?? 'unknown'
  const created = object.metadata.creationTimestamp
  return {
    state: phase,
    succeeded: phase === 'Completed',
    startedMs: timeMs(status.startTimestamp) ?? timeMs(created),
    endedMs: timeMs(status.completionTimestamp),
    bytes: 'unknown' in volumes ? null : sumKnown(volumes.map(({ bytes }) => bytes)),
    details: {
      ...('unknown' in volumes ? { volumes: null, volumesUnknown: volumes.unknown } : describeVolumes(volumes)),
      items: status.progress?.itemsBackedUp ?? status.progress?.itemsRestored ?? null,
      warnings: status.warnings ?? 0,
      errors: status.errors ?? 0,
      reason: status.failureReason ?? status.validationErrors?.join('; ') ?? null,
      ...said,
    },
  }
}

function describeVolumes(volumes: VolumeOutcome[]): OperationResult['details'] {
  const failed = volumes.filter(({ succeeded }) => !succeeded)
  const messages = failed.map(({ message }) => message ?? '').filter(Boolean)
  const told = volumes.filter(({ incrementalBytes }) => incrementalBytes !== null)
  return {
    volumes: volumes.length,
    volumesFailed: failed.length,
    volumeMessages: messages.join('; ') || null,
    volumeBytes: volumes.map(({ volume, bytes }) => `${volume} ${bytes ?? 'unknown'}`).join(', ') || null,
    incrementalBytes: told.length === 0 ? null : sumKnown(told.map(({ incrementalBytes }) => incrementalBytes)),
  }
}
