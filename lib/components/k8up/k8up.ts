import type { Lab } from '../../lab/lab.ts'
import { startBackup } from './backup.ts'
import { prefixOf, STORE_SECRET } from './backend.ts'
import { installOperator, NAMESPACE } from './install.ts'
import { MOVER } from './objects.ts'
import type { BackupTool, InstalledTool } from '../tool.ts'

/** K8up: an operator that runs restic for a Backup or a Restore, volumes only; objects from where their owner keeps them. */
export function k8up(): BackupTool {
  return {
    name: 'k8up',
    strategy: 'operator',
    volumes: 'any',
    requires: () => Promise.resolve([]),
    async install(lab) {
      await installOperator(lab)
      return attachK8up(lab)
    },
    attach: attachK8up,
  }
}

const attachK8up = (lab: Lab): InstalledTool => ({
  name: 'k8up',
  strategy: 'operator',
  version: lab.artifacts.component('k8up').version,
  parts: (namespace) => ({
    pods: [
      { namespace: NAMESPACE, prefix: '' },
      // Jobs are named after what asked for them.
      { namespace, prefix: 'backup-' },
      { namespace, prefix: 'restore-' },
    ],
    mover: { namespace, labels: MOVER },
    secret: { namespace, name: STORE_SECRET },
    prefix: prefixOf(lab, namespace),
  }),
  backup: (namespace, { name }) => startBackup(lab, namespace, name),
})
