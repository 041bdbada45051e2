import { FAULTS_ALLOWED } from '../faults/chaos-mesh.ts'
import type { KubeObject } from '../kube/object.ts'
import { pending, waitFor } from '../kube/wait.ts'
import type { Lab } from '../lab.ts'
import type { InstalledMesh } from '../meshes/mesh.ts'

const referenceOf = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** Makes a drill's namespace, empty: one of an earlier drill is removed. Chaos Mesh may reach into it. */
export async function createNamespace(lab: Lab, mesh: InstalledMesh, namespace: string): Promise<void> {
  const reference = referenceOf(namespace)
  if ((await lab.kube.get(reference)) !== null) await removeNamespace(lab, namespace)
  const object: KubeObject = {
    ...reference,
    metadata: { name: namespace, labels: mesh.namespaceLabels, annotations: FAULTS_ALLOWED },
  }
  await lab.kube.apply([object])
}

/** Deletes a drill's namespace and resolves when it is gone. */
export async function removeNamespace(lab: Lab, namespace: string): Promise<void> {
  const reference = referenceOf(namespace)
  await lab.kube.delete(reference)
  await waitFor(
    `namespace "${namespace}" gone`,
    async () => ((await lab.kube.get(reference)) === null ? true : pending('still terminating')),
    { timeout: '120s', hint: `kubectl get namespace ${namespace} -o yaml` },
  )
}
