import type { KubeClient } from '../../../kube/client.ts'
import type { PodSecurity } from '../../../lab/namespaces.ts'
import type { ObjectReference } from '../../../kube/object.ts'
import { CLIENT_IMAGES, OPERATOR, OPERATOR_NAMESPACE } from '../../../components/k6-operator/k6-operator.ts'
import { refuseBusyChaosMesh, refuseSilentIstio, refuseVelero } from './refusals.ts'

/** What the drills stand on, and what of it is in a cluster: by this it is found, and by this alone it is removed. */
export interface Part {
  /** As `Cluster.has` knows it. */
  name: string
  /** The component that its version belongs to. */
  component: string
  /** It is there where this is; its version is that of the first container's image, where it has any. */
  mark: ObjectReference
  /** Its own namespaces, and what its pods need of them. */
  namespaces: string[]
  podSecurity: PodSecurity
  /** Ends of the API groups whose definitions are its own. */
  groups: string[]
  releases: { name: string; namespace: string }[]
  /** Objects outside of its namespaces that no release removes. */
  objects: ObjectReference[]
  /** Images of it that nodes need, by their names among the artifacts. */
  images: string[]
  /** Why one that is already there is not to be used; null where it can be. */
  refuse?: (kube: KubeClient) => Promise<string | null>
}

const deployment = (namespace: string, name: string): ObjectReference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
})
const rbac = (kind: 'ClusterRole' | 'ClusterRoleBinding', name: string): ObjectReference => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name },
})

const istiod: Part = {
  name: 'istiod',
  component: 'istio',
  mark: deployment('istio-system', 'istiod'),
  namespaces: ['istio-system'],
  podSecurity: 'baseline',
  groups: ['istio.io'],
  releases: [
    { name: 'istiod', namespace: 'istio-system' },
    { name: 'istio-base', namespace: 'istio-system' },
  ],
  objects: [],
  images: ['istio/pilot'],
  refuse: refuseSilentIstio,
}

const gateway: Part = {
  name: 'istio-ingress',
  component: 'istio-ingress',
  // Whoever installs a gateway by Istio's guide gives it this name; ours is the one that has the drills' routes.
  mark: {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'drills', namespace: 'istio-ingress' },
  },
  namespaces: ['istio-ingress'],
  podSecurity: 'baseline',
  groups: [],
  releases: [{ name: 'istio-ingress', namespace: 'istio-ingress' }],
  objects: [],
  images: ['istio/proxyv2'],
}

const chaosMesh: Part = {
  name: 'Chaos Mesh',
  component: 'chaos-mesh',
  mark: deployment('chaos-mesh', 'chaos-controller-manager'),
  namespaces: ['chaos-mesh'],
  podSecurity: 'privileged',
  groups: ['chaos-mesh.org'],
  releases: [{ name: 'chaos-mesh', namespace: 'chaos-mesh' }],
  objects: [],
  images: ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'],
  refuse: refuseBusyChaosMesh,
}

const velero: Part = {
  name: 'velero',
  component: 'velero',
  mark: deployment('velero', 'velero'),
  namespaces: ['velero'],
  podSecurity: 'privileged',
  groups: ['velero.io'],
  releases: [],
  objects: [rbac('ClusterRoleBinding', 'velero')],
  images: ['velero/velero', 'velero/velero-plugin-for-aws'],
  refuse: refuseVelero,
}

const k8up: Part = {
  name: 'k8up',
  component: 'k8up',
  mark: deployment('k8up', 'k8up'),
  namespaces: ['k8up'],
  podSecurity: 'baseline',
  groups: ['k8up.io'],
  releases: [],
  objects: [
    rbac('ClusterRoleBinding', 'k8up-manager'),
    rbac('ClusterRole', 'k8up-manager'),
    rbac('ClusterRole', 'k8up-executor'),
  ],
  images: ['k8up/k8up'],
}

const k6Operator: Part = {
  name: OPERATOR,
  component: OPERATOR,
  mark: deployment(OPERATOR_NAMESPACE, 'k6-operator-controller-manager'),
  namespaces: [OPERATOR_NAMESPACE],
  podSecurity: 'baseline',
  groups: ['k6.io'],
  releases: [{ name: OPERATOR, namespace: OPERATOR_NAMESPACE }],
  objects: [],
  images: CLIENT_IMAGES,
}

/** In the order of installing. restic and VolumeSnapshots need nothing in a cluster but their images and classes. */
const ALL = [istiod, gateway, chaosMesh, velero, k8up, k6Operator]

/** What stands behind the name by which the lab asks for a part. */
export const partsOf = (name: string): Part[] =>
  name === 'istio' ? [istiod, gateway] : ALL.filter((part) => part.name === name)

/** By what name the lab notes that it has installed a part. */
export const labName = (part: string): string => (part === istiod.name || part === gateway.name ? 'istio' : part)

/** The parts that a run of these tools, and of what runs its load, needs. */
export const neededParts = (tools: readonly string[]): Part[] =>
  ['istio', 'Chaos Mesh', ...tools].flatMap((name) => partsOf(name))
