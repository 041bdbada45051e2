import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { type VeleroOperation, API, NAMESPACE } from './api.ts'
import type { VolumeOutcome } from './outcome.ts'
import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { shellCommand } from '../../output/shorten.ts'

/** Phases in which Velero has stored the files with the results of an operation. */
export const PHASES_WITH_FILES = ['Completed', 'PartiallyFailed']

/** An entry of the list of volumes that Velero keeps in the store, with the fields of CSI snapshots. */
interface VolumeInfo {
  pvcName?: string
  backupMethod?: string
  restoreMethod?: string
  /** Only set for a backup. */
  result?: string
  csiSnapshotInfo?: { size?: number }
}

/**
 * Outcomes of the CSI snapshots of an ended Backup or Restore; the bytes are the restore size. At the end of a backup Velero
 * deletes the VolumeSnapshot objects and keeps the snapshots in the storage. So the outcomes come from the list of volumes
 * in the store.
 */
export async function readSnapshots(
  lab: Lab,
  { metadata, status }: VeleroOperation,
  kind: 'Backup' | 'Restore',
): Promise<VolumeOutcome[] | { unknown: string }> {
  const { phase = 'unknown' } = status ?? {}
  if (!PHASES_WITH_FILES.includes(phase))
    return { unknown: `Velero ${kind} "${metadata.name}" in phase ${phase} has no list of volumes` }
  try {
    const infos = await downloadFile(lab, kind === 'Backup' ? 'BackupVolumeInfos' : 'RestoreVolumeInfo', metadata.name)
    // Go writes an empty list as null.
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
    // A size of 0 means that the CSI driver does not report it.
    bytes: size > 0 ? size : null,
    incrementalBytes: null,
    message: result === 'succeeded' ? null : result,
  }
}

/** Kinds of files of a Backup or a Restore, as Velero's API names them. */
type FileKind = 'BackupVolumeInfos' | 'RestoreVolumeInfo' | 'BackupResults' | 'RestoreResults'

/** Downloads a file of an operation from the store and parses it as JSON. Velero signs the URL. */
export async function downloadFile(lab: Lab, kind: FileKind, operation: string): Promise<unknown> {
  const what = `the ${kind} of "${operation}"`
  const name = `${kind.toLowerCase()}-${Date.now().toString(36)}`
  const reference = { apiVersion: API, kind: 'DownloadRequest', metadata: { name, namespace: NAMESPACE } }
  await lab.kube.apply([{ ...reference, spec: { target: { kind, name: operation } } }])
  try {
    const url = await waitFor(
      `URL of ${what}`,
      async () => {
        const found = await lab.kube.get<KubeObject & { status?: { phase?: string; downloadURL?: string } }>(reference)
        return found?.status?.downloadURL ?? pending(found?.status?.phase ?? 'New')
      },
      { timeout: '30s', every: '50ms', hint: shellCommand`kubectl -n ${NAMESPACE} describe downloadrequest ${name}` },
    )
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) })
    if (!answer.ok) {
      throw new Error(
        `download of ${what} failed: HTTP status ${answer.status}. Next: kubectl -n ${NAMESPACE} logs deploy/velero`,
      )
    }
    return JSON.parse(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('utf8'))
  } finally {
    await lab.kube.delete(reference)
  }
}
