import type { KubeObject } from '../../kube/object.ts'
import { withMarks } from '../../lab/mesh-traits.ts'
import type { Lab } from '../../lab/lab.ts'
import { DEADLINE_SECONDS } from '../support/job-pods.ts'
import { MANAGED } from '../support/namespace-objects.ts'
import { CORE, coreReference } from './objects.ts'
import { directoryOf, NAMESPACE, PASSWORD_SECRET, RETENTION, STORAGE_NAME } from './storage.ts'

/** On every pod that moves data: the template of KubeStash's Jobs sets it. */
export const MOVER = { 'meshdrill.dev/mover': 'kubestash' }

/** The names of all sessions begin with it, and so do those of their Jobs and pods. */
export const PREFIX = 'kubestash-'
/** Name of the one session of a BackupConfiguration. */
const SESSION = 'drill'
const BACKEND = 'store'

export const configurationName = (claim: string): string => `${PREFIX}${claim}`
const repositoryName = configurationName

const encryptionSecret = { name: PASSWORD_SECRET, namespace: NAMESPACE }

const targetOf = (namespace: string, claim: string) => ({
  apiGroup: '',
  kind: 'PersistentVolumeClaim',
  name: claim,
  namespace,
})

/** With a proxy of the mesh a Job would never end, and only root reads every file. */
const addonOf = ({ mesh }: Pick<Lab, 'mesh'>, task: string) => ({
  name: 'pvc-addon',
  tasks: [{ name: task }],
  jobTemplate: {
    metadata: withMarks({ labels: MOVER }, mesh.keepsOut),
    spec: { securityContext: { runAsUser: 0, runAsGroup: 0 } },
  },
})

/** A claim whose repository is in a folder of the store. */
export interface ClaimRepository {
  claim: string
  directory: string
}

export const repositoriesOf = (namespace: string, uid: string, claims: string[]): ClaimRepository[] =>
  claims.map((claim) => ({ claim, directory: directoryOf(namespace, uid, claim) }))

/** What KubeStash must know before it backs up a claim. Its schedule never runs: each backup is asked for. */
export function backupConfiguration(
  lab: Pick<Lab, 'mesh'>,
  namespace: string,
  { claim, directory }: ClaimRepository,
): KubeObject {
  const reference = coreReference('BackupConfiguration', namespace, configurationName(claim))
  return {
    ...reference,
    metadata: { ...reference.metadata, labels: MANAGED },
    spec: {
      target: targetOf(namespace, claim),
      backends: [
        {
          name: BACKEND,
          storageRef: { namespace: NAMESPACE, name: STORAGE_NAME },
          retentionPolicy: { name: RETENTION, namespace: NAMESPACE },
        },
      ],
      sessions: [
        {
          name: SESSION,
          sessionHistoryLimit: 100,
          scheduler: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { backoffLimit: 0 } },
          repositories: [
            { name: repositoryName(claim), backend: BACKEND, directory, encryptionSecret, deletionPolicy: 'Delete' },
          ],
          addon: addonOf(lab, 'logical-backup'),
        },
      ],
    },
  }
}

/** Asks for one backup of a claim. */
export function backupSession(namespace: string, name: string, claim: string): KubeObject {
  const reference = coreReference('BackupSession', namespace, name)
  return {
    ...reference,
    metadata: { ...reference.metadata, labels: MANAGED },
    spec: {
      invoker: { apiGroup: CORE.split('/')[0], kind: 'BackupConfiguration', name: configurationName(claim) },
      session: SESSION,
    },
  }
}

/** Asks for the data of a Snapshot in a claim. */
export function restoreSession(
  lab: Pick<Lab, 'mesh'>,
  namespace: string,
  name: string,
  { claim, snapshot }: { claim: string; snapshot: string },
): KubeObject {
  const reference = coreReference('RestoreSession', namespace, name)
  return {
    ...reference,
    metadata: { ...reference.metadata, labels: MANAGED },
    spec: {
      target: targetOf(namespace, claim),
      dataSource: { repository: repositoryName(claim), snapshot, encryptionSecret },
      addon: addonOf(lab, 'logical-backup-restore'),
      timeout: `${DEADLINE_SECONDS}s`,
    },
  }
}
