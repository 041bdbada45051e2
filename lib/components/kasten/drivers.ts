import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import type { BackupTool, InstalledTool } from '../tool.ts'
import { TIMING, type Timing } from './actions.ts'
import { backupAction, exportAction, MOVER, startBackup, type Mode } from './backup.ts'
import { findEulaObstacle, installKasten } from './install.ts'
import { NAMESPACE, prefixOf, profileObjects, STORE_SECRET } from './profile.ts'
import { restoreAction, restorePoint } from './restore.ts'

/** Kasten K10: snapshots of the volumes with the objects of the namespace, exported to the store. */
export function kasten(mode: Mode, timing: Timing = TIMING): BackupTool {
  const attach = (lab: Lab): InstalledTool => ({
    name: 'kasten',
    strategy: mode,
    version: lab.artifacts.component('kasten').version,
    parts: () => ({
      pods: [{ namespace: NAMESPACE, prefix: '' }],
      mover: { namespace: NAMESPACE, labels: MOVER },
      secret: { namespace: NAMESPACE, name: STORE_SECRET },
      prefix: prefixOf(lab),
    }),
    backup: (namespace, { name }) => startBackup(lab, namespace, { name, mode, timing }),
  })
  return {
    name: 'kasten',
    strategy: mode,
    volumes: 'snapshots',
    requires: (lab) => {
      const obstacle = lab.artifacts.obstacle('kasten') ?? findEulaObstacle(lab)
      return Promise.resolve(obstacle === null ? [] : [obstacle])
    },
    async install(lab) {
      await installKasten(lab, timing)
      return attach(lab)
    },
    attach,
  }
}

const { namespace, backup: name } = SERVICE

/** Effort of a user who applies each action. */
const effortOf = (lab: Lab): UserEffort => ({
  configuration: [
    textOf('the Profile with its keys', ...profileObjects(lab)),
    textOf('the BackupAction', backupAction(namespace, name)),
    textOf('the ExportAction', exportAction(namespace, name, name)),
    textOf('the RestorePoint', restorePoint(namespace, name, name)),
    textOf('the RestoreAction', restoreAction(namespace, name)),
  ],
  firstBackup: [
    'Accept the agreement.',
    'Annotate the VolumeSnapshotClass for K10.',
    'Apply the Profile.',
    'Create the BackupAction.',
    'Create the ExportAction for its RestorePoint.',
  ],
  restore: [
    STEPS.clear,
    'Find the newest RestorePointContent that was exported.',
    'Apply the namespace.',
    'Create the RestorePoint.',
    'Create the RestoreAction.',
  ],
  source: 'lib/components/kasten/backup.ts, lib/components/kasten/restore.ts',
})

export const drivers = {
  export: { create: () => kasten('export'), effort: effortOf },
  'export-incremental': { create: () => kasten('export-incremental'), effort: effortOf },
}
