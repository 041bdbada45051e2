import { clientLibrary } from '../../kube/library.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isGroupOf } from '../../kube/definitions.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { isMeshObject, type MeshTraits } from '../../lab/mesh-traits.ts'

/** Label of objects that a backup driver creates for itself in the workload's namespace. They are not backed up. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'meshdrill-backup' }

/** `details.objects` of a backup with exported objects. */
export const describeObjects = (objects: KubeObject[]): string =>
  `${objects.length}, kept outside the cluster, as in Git`

/** Kinds that controllers create again after a restore, and Jobs, which a restore must not run again. */
const EXCLUDED_KINDS = new Set([
  'ControllerRevision',
  'EndpointSlice',
  'Endpoints',
  'Event',
  'Job',
  'Lease',
  'Pod',
  'PodMetrics',
  'ReplicaSet',
])
/** Kubernetes' group of snapshots. Whichever tool takes them, they are no part of the service. */
const SNAPSHOTS = 'snapshot.storage.k8s.io'

/** True if a group's objects can be part of a service. Those of faults and backup tools are not. */
export const isGroupOfService = (group: string, { toolGroups }: Pick<Lab, 'toolGroups'>): boolean =>
  group !== SNAPSHOTS && !toolGroups.some((end) => isGroupOf(group, end))

const ANNOTATIONS_OF_CONTROLLERS = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
]

/** A kind of objects in namespaces that can be listed and applied. */
interface NamespacedKind {
  apiVersion: string
  kind: string
}

/**
 * Exports the objects of a namespace as their owner would keep them, for example in Git. Objects and fields that the cluster
 * added are left out. The namespace itself comes first.
 */
export async function exportNamespace(
  { kube, mesh, toolGroups }: Pick<Lab, 'kube' | 'mesh' | 'toolGroups'>,
  namespace: string,
): Promise<KubeObject[]> {
  const own = await readNamespace(kube, namespace)
  const kinds = await namespacedKinds({ kube, toolGroups })
  const lists = await Promise.all(
    kinds.map(async ({ apiVersion, kind }) => {
      const { items } = await kube.objects.list(apiVersion, kind, namespace)
      // The client returns instances of its classes; JSON makes them plain data. Items of a list have no kind.
      return (JSON.parse(JSON.stringify(items)) as KubeObject[]).map((item) => ({ ...item, apiVersion, kind }))
    }),
  )
  return [own, ...lists.flat().filter((object) => isApplied(object, mesh))].map(strip)
}

/** UID of a namespace. It differs from that of an earlier namespace with the same name. */
export const readUid = async (kube: KubeClient, namespace: string): Promise<string> =>
  (await readNamespace(kube, namespace)).metadata.uid ?? ''

async function readNamespace(kube: KubeClient, name: string): Promise<KubeObject> {
  const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  if (found === null) throw new Error(`namespace "${name}" does not exist. Next: kubectl get namespaces`)
  return found
}

/** Lists every kind once, in the preferred version that serves it. */
async function namespacedKinds({ kube, toolGroups }: Pick<Lab, 'kube' | 'toolGroups'>): Promise<NamespacedKind[]> {
  const { groups } = await kube.config.makeApiClient(clientLibrary().ApisApi).getAPIVersions()
  const versions = groups
    .filter(({ name }) => isGroupOfService(name, { toolGroups }))
    .flatMap(({ name, versions, preferredVersion }) =>
      // Some kinds exist only in an older version.
      [preferredVersion ?? versions[0], ...versions].flatMap((v) => (v ? [{ group: name, version: v.version }] : [])),
    )
  const lists = await Promise.all([
    kube.core.getAPIResources(),
    ...versions.map(({ group, version }) => kube.custom.getAPIResources({ group, version })),
  ])
  return chooseKinds(lists)
}

/** The kinds that an API serves in one version. */
export interface ServedKinds {
  groupVersion: string
  resources: { kind: string; name: string; namespaced: boolean; verbs: string[] }[]
}

/** Chooses the kinds that can be listed and applied. The first list that has a kind wins. */
export function chooseKinds(lists: ServedKinds[]): NamespacedKind[] {
  const chosen = new Map<string, NamespacedKind>()
  for (const { groupVersion, resources } of lists) {
    const group = groupVersion.includes('/') ? groupVersion.slice(0, groupVersion.indexOf('/')) : ''
    for (const { kind, name, namespaced, verbs } of resources) {
      const applies = namespaced && !name.includes('/') && ['list', 'create', 'patch'].every((v) => verbs.includes(v))
      const key = `${group}/${kind}`
      if (applies && !EXCLUDED_KINDS.has(kind) && !chosen.has(key)) chosen.set(key, { apiVersion: groupVersion, kind })
    }
  }
  return [...chosen.values()]
}

/** True if a user applied the object. False if a controller, the mesh or a backup tool created it. */
export function isApplied(object: KubeObject, mesh: Pick<MeshTraits, 'ownObjects'>): boolean {
  const {
    name,
    labels = {},
    ownerReferences = [],
  } = object.metadata as KubeObject['metadata'] & {
    ownerReferences?: unknown[]
  }
  if (EXCLUDED_KINDS.has(object.kind) || ownerReferences.length > 0) return false
  if (Object.entries(MANAGED).every(([key, value]) => labels[key] === value)) return false
  if (isMeshObject(mesh, object)) return false
  if (object.kind === 'ConfigMap') return name !== 'kube-root-ca.crt'
  if (object.kind === 'Secret') return object.type !== 'kubernetes.io/service-account-token'
  // K8up's operator creates these for each backup, without a label.
  if (object.kind === 'ServiceAccount') return name !== 'pod-executor'
  if (object.kind === 'RoleBinding') return name !== 'pod-executor-namespaced'
  return true
}

/** Removes the fields that the cluster added, so the object can be applied again in any namespace. */
export function strip(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = object
  const { name, namespace, labels, annotations } = metadata
  const rest = Object.fromEntries(
    Object.entries(object).filter(([key]) => !['apiVersion', 'kind', 'metadata', 'status', 'spec'].includes(key)),
  )
  return structuredClone({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...present('labels', without(labels, ['kubernetes.io/metadata.name'])),
      ...present('annotations', without(annotations, ANNOTATIONS_OF_CONTROLLERS)),
    },
    ...rest,
    ...('spec' in object && kind !== 'Namespace' ? { spec: stripSpec(kind, object.spec as Fields) } : {}),
  })
}

type Fields = Record<string, unknown>

function stripSpec(kind: string, spec: Fields): Fields {
  if (kind === 'PersistentVolumeClaim') return without(spec, ['volumeName', 'dataSource', 'dataSourceRef'])
  if (kind !== 'Service') return spec
  // The address "None" makes a Service headless.
  const addresses = spec.clusterIP === 'None' ? [] : ['clusterIP', 'clusterIPs']
  const ports = (spec.ports as Fields[] | undefined)?.map((port) => without(port, ['nodePort']))
  return {
    ...without(spec, [...addresses, 'healthCheckNodePort']),
    ...(ports === undefined ? {} : { ports }),
  }
}

const without = <T>(fields: Record<string, T> = {}, names: string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const present = <T>(name: string, fields: Record<string, T>): Record<string, Record<string, T>> =>
  Object.keys(fields).length === 0 ? {} : { [name]: fields }
