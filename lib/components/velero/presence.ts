import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { clusterRbac, deployment, type Part } from '../component.ts'

const NAMESPACE = 'velero'

const velero: Part = {
  name: 'velero',
  title: 'velero',
  mark: deployment(NAMESPACE, 'velero'),
  namespaces: [NAMESPACE],
  podSecurity: 'privileged',
  groups: ['velero.io'],
  releases: [],
  objects: [clusterRbac('ClusterRoleBinding', 'velero')],
  images: ['velero/velero', 'velero/velero-plugin-for-aws'],
  refuse: refuseAny,
  collectTraces: null,
}

export const parts = [velero] as const

/**
 * Drills change Velero's settings, kill its pods and strike its bucket. A Velero that keeps a user's own backups must not be
 * drilled.
 */
async function refuseAny(kube: KubeClient): Promise<string> {
  const location = await kube.get<KubeObject & { spec?: { objectStorage?: { bucket?: string } } }>({
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace: NAMESPACE },
  })
  const bucket = location?.spec?.objectStorage?.bucket ?? 'not known'
  return `Velero is there and keeps its backups in bucket "${bucket}": drills would strike your own backups. Next: MESHDRILL_TOOL=restic, or a cluster without Velero`
}
