import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import { deployment, type Part } from '../component.ts'
import { faultObjects } from './fault-objects.ts'

const NAMESPACE = 'chaos-mesh'
const CONTROLLER = deployment(NAMESPACE, 'chaos-controller-manager')

const chaosMesh: Part = {
  name: 'chaos-mesh',
  title: 'Chaos Mesh',
  mark: CONTROLLER,
  namespaces: [NAMESPACE],
  podSecurity: 'privileged',
  groups: ['chaos-mesh.org'],
  releases: [{ name: 'chaos-mesh', namespace: NAMESPACE }],
  objects: [],
  images: ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'],
  refuse: refuseBusy,
  collectTraces: null,
}

export const parts = [chaosMesh] as const

type Controller = KubeObject & {
  spec?: { template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } } }
}

/** Faults of other people would strike the drills, and would be taken for leftovers of drills. */
async function refuseBusy(kube: KubeClient): Promise<string | null> {
  const controller = await kube.get<Controller>(CONTROLLER)
  const environment = controller?.spec?.template?.spec?.containers?.flatMap(({ env }) => env ?? []) ?? []
  if (environment.some(({ name, value }) => name === 'CLUSTER_SCOPED' && value !== 'true'))
    return 'Chaos Mesh is there, but for one namespace alone (clusterScoped: false). Next: helm upgrade it with clusterScoped=true'
  const faults = await faultObjects(kube)
  if (faults.length === 0) return null
  const some = faults.slice(0, 3).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)
  return `Chaos Mesh is there and holds ${faults.length} objects (${some.join(', ')}): they would strike the drills, or be taken for what drills left. Next: delete them, or wait until they are over`
}
