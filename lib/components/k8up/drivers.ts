import type { Lab } from '../../lab/lab.ts'
import { startBackup } from './backup.ts'
import { prefixOf, STORE_SECRET, backendObjects, commonSpec, repositoryOf } from './backend.ts'
import { installOperator, NAMESPACE } from './install.ts'
import { MOVER_LABELS, API, reference } from './objects.ts'
import type { BackupTool, InstalledTool } from '../tool.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'

const { namespace, uid, claim, backup: name } = SERVICE

/** Effort of a user who applies a Backup and a Restore. */
function operatorEffort(lab: Lab): UserEffort {
  const spec = commonSpec(lab, repositoryOf(lab, namespace, uid))
  const source = { snapshot: 'latest', restoreMethod: { folder: { claimName: claim } } }
  const operation = (kind: 'Backup' | 'Restore', own: object) => ({ ...reference(kind, namespace, name), spec: own })
  const backend = backendObjects(lab, namespace)
  return {
    configuration: [
      textOf('the Secrets with the store’s keys and the password', ...backend.filter(({ kind }) => kind === 'Secret')),
      textOf('the PodConfig of its Jobs', ...backend.filter(({ apiVersion }) => apiVersion === API)),
      textOf('the Backup', operation('Backup', spec)),
      textOf('the Restore', operation('Restore', { ...spec, ...source })),
    ],
    firstBackup: [STEPS.keepObjects, 'Apply the Secrets and the PodConfig.', 'Apply the Backup.'],
    restore: [
      'Find the newest Snapshot of each volume.',
      STEPS.clear,
      'Apply the namespace with its configuration, the claims, the Secrets and the PodConfig.',
      'Apply a Restore for each volume.',
      STEPS.startWorkloads,
    ],
    source: 'lib/components/k8up/backup.ts, lib/components/k8up/restore.ts',
  }
}

/** K8up is an operator that runs restic for the volumes. The operator of the service keeps the objects, for example in Git. */
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
      // K8up names each Job after its Backup or Restore.
      { namespace, prefix: 'backup-' },
      { namespace, prefix: 'restore-' },
    ],
    mover: { namespace, labels: MOVER_LABELS },
    secret: { namespace, name: STORE_SECRET },
    prefix: prefixOf(lab, namespace),
  }),
  backup: (namespace, { name }) => startBackup(lab, namespace, name),
})

export const drivers = { operator: { create: k8up, effort: operatorEffort } }
