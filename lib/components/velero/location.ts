import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import { API, NAMESPACE } from './api.ts'
import { shellCommand } from '../../output/shorten.ts'

/**
 * Velero's own limits, of minutes where its defaults are of hours: what is stuck must end as the failure that it is, while
 * the drill still waits for it.
 */
export const LIMITS = {
  /** Of the files of a volume; by default 4 h. */
  files: '2m',
  /** Of a snapshot's data being moved, and of whatever else goes on after the backup itself; by default 4 h. */
  itemOperation: '4m',
  /** Of a CSI snapshot being made, and of the objects around one that is moved; by default 10 min. */
  csiSnapshot: '2m',
  /** Of a mover's pod being ready to move; by default 30 min. */
  prepareMover: '2m',
  /** Of a claim being bound, a namespace being gone, a patch being taken; by default 10 min. */
  resource: '2m',
}

/** Of a whole Backup or Restore, for the drill: longer than Velero's own, so that its verdict comes first. */
export const PATIENCE = '7m'

/** Velero looks at the store once a minute, and lists it as often, though it may leave a minute out. */
const SYNC_MS = 150_000

/** What Velero says of the store: `Available`, or another phase with its reason. */
async function readLocation(lab: Lab): Promise<string> {
  const location = await lab.kube.get<KubeObject & { status?: { phase?: string; message?: string } }>({
    apiVersion: API,
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: NAMESPACE },
  })
  const { phase = 'no phase yet', message = '' } = location?.status ?? {}
  return phase === 'Available' ? phase : `${phase} ${message}`.trim()
}

/** Resolves when Velero has seen that it can use the store. */
export async function locationAvailable(lab: Lab, timeout: string): Promise<void> {
  await waitFor(
    'BackupStorageLocation "default" Available',
    async () => {
      const state = await readLocation(lab)
      return state === 'Available' ? true : pending(state)
    },
    { timeout, hint: shellCommand`kubectl -n ${NAMESPACE} logs deploy/velero` },
  )
}

/**
 * Resolves when Velero can use the store and knows these objects, which it makes anew from what it finds there: someone who
 * asks it for something looks first. Where that does not come in time it resolves too, as Velero's own refusal is the answer.
 */
export async function locationServes(lab: Lab, objects: ObjectReference[]): Promise<void> {
  const deadlineMs = Date.now() + SYNC_MS
  await waitFor(
    'BackupStorageLocation "default" Available and listed',
    async () => {
      const state = await readLocation(lab)
      const missing = await missingOf(lab, objects)
      if ((state === 'Available' && missing.length === 0) || Date.now() >= deadlineMs) return true
      return pending(`${state}; missing: ${missing.join(', ') || 'nothing'}`)
    },
    { timeout: `${2 * SYNC_MS}ms` },
  )
}

async function missingOf(lab: Lab, objects: ObjectReference[]): Promise<string[]> {
  const found = await Promise.all(objects.map((object) => lab.kube.get(object)))
  return objects.filter((_, index) => found[index] === null).map(({ kind, metadata }) => `${kind} "${metadata.name}"`)
}
