import { FAULTS_ALLOWED } from '../components/chaos-mesh/chaos-mesh.ts'
import { createEmptyNamespace, removeNamespace } from '../lab/namespaces.ts'
import type { Lab } from '../lab/lab.ts'
import type { InstalledMesh } from '../components/mesh.ts'

/**
 * Makes a drill's namespace, empty: one of an earlier drill is removed. Chaos Mesh may reach into it. Errors: `ForeignObject` where
 * the namespace is not the lab's.
 */
export async function createNamespace(lab: Lab, mesh: InstalledMesh, namespace: string): Promise<void> {
  await removeNamespace(lab, namespace)
  // The mesh's proxies change their pod's network, and movers of backups read files of every owner.
  const { labels = {}, annotations: marks = {} } = mesh.takesIn
  const annotations = { ...marks, ...FAULTS_ALLOWED }
  const options = { podSecurity: 'privileged', labels, annotations } as const
  await createEmptyNamespace(lab, namespace, options)
}
