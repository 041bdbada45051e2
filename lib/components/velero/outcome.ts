import type { OperationResult } from '../../record/facts.ts'
import { timeMs, sumKnown } from '../support/times.ts'
import type { Movement, VeleroOperation } from './api.ts'

/** Outcome of the backup or restore of one volume. */
export interface VolumeOutcome {
  /** Name of the volume in the pod, or name of its claim. */
  volume: string
  succeeded: boolean
  /** Null if not reported. */
  bytes: number | null
  /** Bytes that were new to the store; null if not reported. */
  incrementalBytes: number | null
  message: string | null
}

/** Outcome of one movement. Velero leaves out zeros, so a missing number is 0. */
export const outcomeOf = ({ spec, status, metadata }: Movement, of: 'Backup' | 'Restore'): VolumeOutcome => ({
  volume: spec?.volume ?? spec?.sourcePVC ?? spec?.targetVolume?.pvc ?? metadata.name,
  succeeded: status?.phase === 'Completed',
  bytes: status?.progress?.bytesDone ?? 0,
  incrementalBytes: of === 'Backup' && status?.phase === 'Completed' ? (status.incrementalBytes ?? 0) : null,
  message: status?.message ?? null,
})

/**
 * Result of an ended Backup or Restore. The phase alone proves nothing: a backup without any data also ends as Completed. So
 * the bytes are those of the volumes. If the volumes cannot be read, `unknown` says why, and the bytes are null.
 */
export function resultOf(
  object: VeleroOperation,
  volumes: VolumeOutcome[] | { unknown: string },
  extraDetails: OperationResult['details'],
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
      ...extraDetails,
    },
  }
}

function describeVolumes(volumes: VolumeOutcome[]): OperationResult['details'] {
  const failed = volumes.filter(({ succeeded }) => !succeeded)
  const messages = failed.map(({ message }) => message ?? '').filter(Boolean)
  const backups = volumes.filter(({ incrementalBytes }) => incrementalBytes !== null)
  return {
    volumes: volumes.length,
    volumesFailed: failed.length,
    volumeMessages: messages.join('; ') || null,
    volumeBytes: volumes.map(({ volume, bytes }) => `${volume} ${bytes ?? 'unknown'}`).join(', ') || null,
    incrementalBytes: backups.length === 0 ? null : sumKnown(backups.map(({ incrementalBytes }) => incrementalBytes)),
  }
}
