import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/message-of.ts'
import type { VeleroOperation } from './api.ts'
import { download } from './download.ts'
import type { VolumeOutcome } from './outcome.ts'

/** Phases in which Velero has written down what became of the volumes. */
export const WRITTEN = ['Completed', 'PartiallyFailed']

/** An entry of the list that Velero keeps in the store, as far as CSI snapshots go. */
interface VolumeInfo {
  pvcName?: string
  backupMethod?: string
  restoreMethod?: string
  /** Only of a backup. */
  result?: string
  csiSnapshotInfo?: { size?: number }
}

/**
 * The CSI snapshots of a Backup or Restore that has ended, their bytes being their restore size. Velero deletes the
 * VolumeSnapshots with their contents at the end of a backup and leaves what they stood for to the storage, so they are asked
 * of the list that it keeps in the store.
 */
export async function readSnapshots(
  lab: Lab,
  { metadata, status }: VeleroOperation,
  kind: 'Backup' | 'Restore',
): Promise<VolumeOutcome[] | { unknown: string }> {
  const { phase = 'unknown' } = status ?? {}
  if (!WRITTEN.includes(phase)) return { unknown: `a ${kind} that is ${phase} has no list of its volumes` }
  try {
    const infos = await download(lab, kind === 'Backup' ? 'BackupVolumeInfos' : 'RestoreVolumeInfo', metadata.name)
    // Go writes a list of none as null.
    return ((infos ?? []) as VolumeInfo[])
      .filter((info) => (info.backupMethod ?? info.restoreMethod) === 'CSISnapshot')
      .map(outcomeOf)
  } catch (error) {
    return { unknown: messageOf(error) }
  }
}

function outcomeOf({ pvcName = '?', result = 'succeeded', csiSnapshotInfo }: VolumeInfo): VolumeOutcome {
  const { size = 0 } = csiSnapshotInfo ?? {}
  return {
    volume: pvcName,
    succeeded: result === 'succeeded',
    // A zero is a driver that does not say the size.
    bytes: size > 0 ? size : null,
    incrementalBytes: null,
    message: result === 'succeeded' ? null : result,
  }
}
