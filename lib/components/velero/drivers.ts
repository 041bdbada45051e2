import { csiSnapshot, dataMover, everyFileSystem, fileSystem, type Method } from './methods.ts'
import {
  veleroDataMover,
  veleroFileSystem,
  veleroFileSystemWithMeshVolumes,
  veleroSchedule,
  veleroSnapshot,
} from './velero.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import { countLines } from '../support/manifests.ts'
import { API, NAMESPACE } from './api.ts'
import { backupSpec, restoreSpec } from './backup.ts'
import { credentialsFile } from './install.ts'
import { volumePolicy } from './manifest.ts'
import { scheduleSpec } from './schedule.ts'

/** A user prepares this once, before the first backup. */
interface Preparation {
  configuration: UserEffort['configuration']
  step: string
}

const applyVolumePolicy: Preparation = {
  configuration: [textOf('the ConfigMap with the policy of volumes', volumePolicy)],
  step: 'Apply the ConfigMap with the policy of volumes.',
}
const labelSnapshotClass: Preparation = {
  configuration: [],
  step: 'Label the VolumeSnapshotClass for Velero.',
}

const { namespace, backup: name } = SERVICE

const operation = (kind: 'Backup' | 'Restore' | 'Schedule', spec: object): KubeObject => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: NAMESPACE },
  spec,
})

/** Effort of a user who starts each backup. */
const backupEffort =
  (method: Method, preparation: Preparation | null) =>
  (lab: Lab): UserEffort => ({
    configuration: configurationOf(
      lab,
      preparation,
      textOf('the Backup', operation('Backup', backupSpec(method, namespace))),
    ),
    firstBackup: firstBackup(preparation, 'Apply the Backup.'),
    restore: [STEPS.clear, 'Apply the Restore.'],
    source: 'lib/components/velero/backup.ts',
  })

/** Effort of a user with a Schedule that starts the backups. */
const scheduleEffort =
  (method: Method, preparation: Preparation | null) =>
  (lab: Lab): UserEffort => ({
    configuration: configurationOf(
      lab,
      preparation,
      textOf('the Schedule', operation('Schedule', scheduleSpec(method, namespace))),
    ),
    firstBackup: firstBackup(preparation, 'Apply the Schedule.'),
    restore: ['Delete the Schedule.', 'Find the newest Backup that is Completed.', STEPS.clear, 'Apply the Restore.'],
    source: 'lib/components/velero/schedule.ts, lib/components/velero/backup.ts',
  })

const configurationOf = (
  lab: Lab,
  preparation: Preparation | null,
  request: UserEffort['configuration'][number],
): UserEffort['configuration'] => [
  { what: 'the file with the store’s keys', lines: countLines(credentialsFile(lab.store)) },
  ...(preparation?.configuration ?? []),
  request,
  textOf('the Restore', operation('Restore', restoreSpec({ name, namespace }, null))),
]

const firstBackup = (preparation: Preparation | null, step: string): string[] =>
  preparation === null ? [step] : [preparation.step, step]

export const drivers = {
  'file-system': { create: veleroFileSystem, effort: backupEffort(fileSystem, applyVolumePolicy) },
  'file-system-mesh-volumes': { create: veleroFileSystemWithMeshVolumes, effort: backupEffort(everyFileSystem, null) },
  'csi-snapshot': { create: veleroSnapshot, effort: backupEffort(csiSnapshot, labelSnapshotClass) },
  'data-mover': { create: veleroDataMover, effort: backupEffort(dataMover, labelSnapshotClass) },
  schedule: { create: veleroSchedule, effort: scheduleEffort(fileSystem, applyVolumePolicy) },
}
