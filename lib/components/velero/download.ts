import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { API, NAMESPACE } from './api.ts'
import { shellCommand } from '../../output/shell-quote.ts'

/** Files that belong to a Backup or a Restore, by the names of Velero's API. */
export type FileKind = 'BackupVolumeInfos' | 'RestoreVolumeInfo' | 'BackupResults' | 'RestoreResults'

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
