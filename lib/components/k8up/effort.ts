import type { Lab } from '../../lab/lab.ts'
import type { UserEffort } from '../../record/facts.ts'
import { SERVICE, STEPS, textOf } from '../support/effort.ts'
import { backendObjects, commonSpec, repositoryOf } from './backend.ts'
import { API, reference } from './objects.ts'

const { namespace, uid, claim, backup: name } = SERVICE

/** Effort of a user who applies a Backup and a Restore. */
export function operatorEffort(lab: Lab): UserEffort {
  const spec = commonSpec(lab, repositoryOf(lab, namespace, uid))
  const fill = { snapshot: 'latest', restoreMethod: { folder: { claimName: claim } } }
  const operation = (kind: 'Backup' | 'Restore', own: object) => ({ ...reference(kind, namespace, name), spec: own })
  const backend = backendObjects(lab, namespace)
  return {
    configuration: [
      textOf('the Secrets with the store’s keys and the password', ...backend.filter(({ kind }) => kind === 'Secret')),
      textOf('the PodConfig of its Jobs', ...backend.filter(({ apiVersion }) => apiVersion === API)),
      textOf('the Backup', operation('Backup', spec)),
      textOf('the Restore', operation('Restore', { ...spec, ...fill })),
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
