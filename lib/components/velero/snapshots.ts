import type { Lab } from '../../lab/lab.ts'
import { messageOf } from '../../system/file-error.ts'
import { type VeleroOperation, API, NAMESPACE } from './api.ts'
import type { VolumeOutcome } from './outcome.ts'
import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { shellCommand } from '../../output/shorten.ts'

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

/** Files that belong to a Backup or a Restore, by the names of Velero's API. */
type FileKind = 'BackupVolumeInfos' | 'RestoreVolumeInfo' | 'BackupResults' | 'RestoreResults'

/** What such a file of the store says, parsed; Velero signs the URL by which it is read. */
export async function download(lab: Lab, kind: FileKind, operation: string): Promise<unknown> {
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
    if (!answer.ok) throw new Error(`${what} was answered with ${answer.status}`)
    return JSON.parse(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString('utf8'))
  } finally {
    await lab.kube.delete(reference)
  }
}
