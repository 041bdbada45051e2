import type { KubeObject } from '../kube/object.ts'
import type { Lab } from '../lab/lab.ts'
import type { StrategyName } from '../matrix/matrix.ts'
import type { UserEffort } from '../record/facts.ts'
import { backendObjects, commonSpec, repositoryOf as k8upRepositoryOf } from './k8up/backend.ts'
import { API as K8UP, reference } from './k8up/objects.ts'
import { countLines, countYaml } from './support/manifests.ts'
import { cronJobs } from './restic/automated.ts'
import { backupTask, jobObject, restoreTask } from './restic/job.ts'
import { repositoryOf, secretsFor } from './restic/repository.ts'
import { API as VELERO, NAMESPACE as VELERO_NAMESPACE } from './velero/api.ts'
import { backupSpec } from './velero/backup.ts'
import { credentialsFile } from './velero/install.ts'
import { volumePolicy } from './velero/manifest.ts'
import { csiSnapshot, dataMover, everyFileSystem, fileSystem, type Method } from './velero/methods.ts'
import { restoreSpec } from './velero/restore.ts'
import { scheduleSpec } from './velero/schedule.ts'
import { fromSnapshot, snapshotOf } from './snapshots/volume-snapshot.ts'

/*
 * What each strategy asks of its user, for a service with one volume. Texts are counted in the objects that the drivers apply;
 * steps are what the drivers do one after another, a sentence for each thing that a user would do.
 */

const namespace = 'ledger'
const claim = 'data'
const name = 'backup'
const uid = '00000000'

/** The objects of the service itself are kept by all who do not back them up. */
const keepObjects = 'Keep the manifests of the namespace outside the cluster.'
const clear = 'Delete what is left of the namespace.'
const startWorkloads = 'Apply the workloads.'

const text = (what: string, ...objects: object[]) => ({ what, lines: countYaml(objects) })

interface VeleroWay {
  method: Method
  scheduled?: true
  /** What the method needs beside the backup itself. */
  needs?: { configuration: UserEffort['configuration']; step: string }
}

const withPolicy: NonNullable<VeleroWay['needs']> = {
  configuration: [text('the ConfigMap with the policy of volumes', volumePolicy)],
  step: 'Apply the ConfigMap with the policy of volumes.',
}
const withLabel: NonNullable<VeleroWay['needs']> = {
  configuration: [],
  step: 'Label the VolumeSnapshotClass for Velero.',
}

const velero =
  ({ method, scheduled, needs }: VeleroWay) =>
  (lab: Lab): UserEffort => {
    const object = (kind: string, spec: object): KubeObject => ({
      apiVersion: VELERO,
      kind,
      metadata: { name, namespace: VELERO_NAMESPACE },
      spec,
    })
    const asked = scheduled
      ? text('the Schedule', object('Schedule', scheduleSpec(method, namespace)))
      : text('the Backup', object('Backup', backupSpec(method, namespace)))
    return {
      configuration: [
        { what: 'the file with the store’s keys', lines: countLines(credentialsFile(lab.store)) },
        ...(needs?.configuration ?? []),
        asked,
        text('the Restore', object('Restore', restoreSpec({ name, namespace }, null))),
      ],
      firstBackup: [...(needs ? [needs.step] : []), `Apply ${asked.what}.`],
      restore: [
        ...(scheduled ? ['Delete the Schedule.', 'Find the newest Backup that is Completed.'] : []),
        clear,
        'Apply the Restore.',
      ],
      source: `lib/components/velero/${scheduled ? 'schedule' : 'backup'}.ts, lib/components/velero/restore.ts`,
    }
  }

interface ResticWay {
  strategy: string
  firstBackup: string[]
  scheduled?: true
}

const restic =
  ({ strategy, firstBackup, scheduled }: ResticWay) =>
  (lab: Lab): UserEffort => {
    const repository = repositoryOf(lab, { name: namespace, uid }, strategy)
    const job = (task: Parameters<typeof jobObject>[2]['task']) => jobObject(lab, repository, { namespace, name, task })
    const subject = { namespace, repository, objects: [], claims: [claim] }
    return {
      configuration: [
        text('the Secrets with the store’s keys and the password', ...secretsFor(lab, namespace)),
        scheduled
          ? text('the CronJob', ...cronJobs(lab, subject))
          : text('the Job that backs up', job(backupTask(namespace, claim))),
        text('the Job that restores', job(restoreTask(claim, 'latest'))),
      ],
      firstBackup: [keepObjects, 'Make the repository: restic init.', 'Apply the Secrets.', ...firstBackup],
      restore: [
        ...(scheduled ? ['Delete the CronJob.'] : []),
        'Find the newest snapshot: restic snapshots.',
        clear,
        'Apply the namespace with its configuration, the claims and the Secrets.',
        'Apply a Job for each volume that restores it.',
        startWorkloads,
      ],
      source: `lib/components/restic/${strategy}.ts, lib/components/restic/backup.ts`,
    }
  }

const job = 'Apply a Job for each volume that backs it up.'

function k8up(lab: Lab): UserEffort {
  const spec = commonSpec(lab, k8upRepositoryOf(lab, namespace, uid))
  const fill = { snapshot: 'latest', restoreMethod: { folder: { claimName: claim } } }
  const operation = (kind: 'Backup' | 'Restore', own: object) => ({ ...reference(kind, namespace, name), spec: own })
  const backend = backendObjects(lab, namespace)
  return {
    configuration: [
      text('the Secrets with the store’s keys and the password', ...backend.filter(({ kind }) => kind === 'Secret')),
      text('the PodConfig of its Jobs', ...backend.filter(({ apiVersion }) => apiVersion === K8UP)),
      text('the Backup', operation('Backup', spec)),
      text('the Restore', operation('Restore', { ...spec, ...fill })),
    ],
    firstBackup: [keepObjects, 'Apply the Secrets and the PodConfig.', 'Apply the Backup.'],
    restore: [
      'Find the newest Snapshot of each volume.',
      clear,
      'Apply the namespace with its configuration, the claims, the Secrets and the PodConfig.',
      'Apply a Restore for each volume.',
      startWorkloads,
    ],
    source: 'lib/components/k8up/backup.ts, lib/components/k8up/restore.ts',
  }
}

function volumeSnapshot(lab: Lab): UserEffort {
  const bare = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim }, spec: {} }
  return {
    configuration: [
      text('the VolumeSnapshot', snapshotOf(lab, { namespace, name }, claim)),
      text('the claim’s data source', fromSnapshot(bare, name).spec as object),
    ],
    firstBackup: [keepObjects, 'Apply a VolumeSnapshot for each volume.'],
    restore: [
      'Delete the workloads and their claims.',
      'Apply the claims with the snapshots as their data source.',
      startWorkloads,
    ],
    source: 'lib/components/snapshots/volume-snapshot.ts',
  }
}

/** What each strategy asks of its user. */
export const effortOf: Record<StrategyName, (lab: Lab) => UserEffort> = {
  'velero/file-system': velero({ method: fileSystem, needs: withPolicy }),
  'velero/file-system-mesh-volumes': velero({ method: everyFileSystem }),
  'velero/csi-snapshot': velero({ method: csiSnapshot, needs: withLabel }),
  'velero/data-mover': velero({ method: dataMover, needs: withLabel }),
  'velero/schedule': velero({ method: fileSystem, scheduled: true, needs: withPolicy }),
  'restic/manual': restic({
    strategy: 'manual',
    firstBackup: ['Scale the workloads down.', job, 'Scale the workloads up again.'],
  }),
  'restic/automated': restic({
    strategy: 'automated',
    scheduled: true,
    firstBackup: ['Apply a CronJob for each volume.'],
  }),
  'restic/incremental': restic({ strategy: 'incremental', firstBackup: [job] }),
  'kubernetes/volume-snapshot': volumeSnapshot,
  'k8up/operator': k8up,
}
