import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { API, NAMESPACE } from './api.ts'
import { shellCommand } from '../../output/shorten.ts'

/**
 * Velero's timeouts. The defaults are up to hours. Shorter ones let a stuck operation fail while the drill still waits for
 * it.
 */
export const LIMITS = {
  /** To copy the files of one volume; the default is 4 h. */
  files: '2m',
  /** To move a snapshot's data, and for other asynchronous work after the backup; the default is 4 h. */
  itemOperation: '4m',
  /** To take a CSI snapshot, and to create the objects that move its data; the default is 10 min. */
  csiSnapshot: '2m',
  /** For the pod of a mover to be ready; the default is 30 min. */
  prepareMover: '2m',
  /** To bind a claim, to delete a namespace, to apply a patch; the default is 10 min. */
  resource: '2m',
}

/** Timeout of the drill for a whole Backup or Restore. Velero's timeouts are shorter, so Velero reports its failure first. */
export const OPERATION_TIMEOUT = '7m'

/** Velero checks and lists the store once a minute. It may skip one check. */
const SYNC_MS = 150_000

/** State of the store as Velero reports it: `Available`, or another phase with its reason. */
async function readLocationState(lab: Lab): Promise<string> {
  const location = await lab.kube.get<KubeObject & { status?: { phase?: string; message?: string } }>({
    apiVersion: API,
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: NAMESPACE },
  })
  const { phase = 'no phase yet', message = '' } = location?.status ?? {}
  return phase === 'Available' ? phase : `${phase} ${message}`.trim()
}

/** Resolves when Velero reports that the store is available. */
export async function waitForLocation(lab: Lab, timeout: string): Promise<void> {
  await waitFor(
    'BackupStorageLocation "default" Available',
    async () => {
      const state = await readLocationState(lab)
      return state === 'Available' ? true : pending(state)
    },
    { timeout, hint: shellCommand`kubectl -n ${NAMESPACE} logs deploy/velero` },
  )
}

/**
 * Resolves when Velero reports that the store is available and these objects exist. Velero creates them again from the store.
 * It also resolves after 150 s, because then Velero itself reports what is missing.
 */
export async function waitForSync(lab: Lab, objects: ObjectReference[]): Promise<void> {
  const deadlineMs = Date.now() + SYNC_MS
  await waitFor(
    'BackupStorageLocation "default" Available and synced',
    async () => {
      const state = await readLocationState(lab)
      const missing = await listMissing(lab, objects)
      if ((state === 'Available' && missing.length === 0) || Date.now() >= deadlineMs) return true
      return pending(`${state}; missing: ${missing.join(', ') || 'nothing'}`)
    },
    { timeout: `${2 * SYNC_MS}ms` },
  )
}

async function listMissing(lab: Lab, objects: ObjectReference[]): Promise<string[]> {
  const found = await Promise.all(objects.map((object) => lab.kube.get(object)))
  return objects.filter((_, index) => found[index] === null).map(({ kind, metadata }) => `${kind} "${metadata.name}"`)
}
