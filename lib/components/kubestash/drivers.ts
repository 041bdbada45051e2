import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import type { BackupTool, InstalledTool } from '../tool.ts'
import { startBackup, type Mode } from './backup.ts'
import { backupConfiguration, backupSession, MOVER, PREFIX, repositoriesOf, restoreSession } from './configuration.ts'
import { installKubestash } from './install.ts'
import { findLicenseObstacle } from './license.ts'
import { TIMING, type Timing } from './objects.ts'
import { NAMESPACE, prefixOf, STORE_SECRET, storageObjects } from './storage.ts'

/** KubeStash: an operator that runs restic in Jobs, for volumes only. The objects come from where their owner keeps them. */
export function kubestash(mode: Mode, timing: Timing = TIMING): BackupTool {
  const attach = (lab: Lab): InstalledTool => ({
    name: 'kubestash',
    strategy: mode,
    version: lab.artifacts.component('kubestash').version,
    parts: (namespace) => ({
      pods: [
        { namespace: NAMESPACE, prefix: '' },
        { namespace, prefix: PREFIX },
      ],
      mover: { namespace, labels: MOVER },
      secret: { namespace: NAMESPACE, name: STORE_SECRET },
      prefix: prefixOf(lab, namespace),
    }),
    backup: (namespace, { name }) => startBackup(lab, namespace, { name, mode, timing }),
  })
  return {
    name: 'kubestash',
    strategy: mode,
    volumes: 'any',
    requires: findObstacles,
    async install(lab) {
      await installKubestash(lab, timing)
      return attach(lab)
    },
    attach,
  }
}

/** A licence helps only where the images can be had. */
async function findObstacles(lab: Lab): Promise<string[]> {
  const obstacle = lab.artifacts.obstacle('kubestash') ?? (await findLicenseObstacle(lab))
  return obstacle === null ? [] : [obstacle]
}

const { namespace, uid, claim, backup: name } = SERVICE

/** Effort of a user who applies each session. */
const effortOf = (lab: Lab): UserEffort => ({
  configuration: [
    textOf('the store with its keys, the password and the retention policy', ...storageObjects(lab)),
    textOf(
      'the BackupConfiguration',
      ...repositoriesOf(namespace, uid, [claim]).map((one) => backupConfiguration(lab, namespace, one)),
    ),
    textOf('the BackupSession', backupSession(namespace, name, claim)),
    textOf('the RestoreSession', restoreSession(lab, namespace, name, { claim, snapshot: name })),
  ],
  firstBackup: [
    'Get a licence for the cluster.',
    STEPS.keepObjects,
    'Apply the store.',
    'Apply the BackupConfiguration.',
    'Apply the BackupSession.',
  ],
  restore: [
    STEPS.clear,
    'Apply the namespace with its configuration and the claims.',
    'Apply the BackupConfiguration.',
    'Find the newest Snapshot of each volume.',
    'Apply a RestoreSession for each volume.',
    STEPS.startWorkloads,
  ],
  source: 'lib/components/kubestash/backup.ts, lib/components/kubestash/restore.ts',
})

export const drivers = {
  'logical-backup': { create: () => kubestash('logical-backup'), effort: effortOf },
  'logical-incremental': { create: () => kubestash('logical-incremental'), effort: effortOf },
}
