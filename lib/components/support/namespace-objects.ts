import { ApisApi } from '@kubernetes/client-node'
import type { KubeClient } from '../../kube/client.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Lab } from '../../lab/lab.ts'
import { isMeshObject, type MeshTraits } from '../../lab/mesh-traits.ts'

/** Marks what a backup driver makes for itself in the workload's namespace: never part of what it backs up. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'meshdrill-backup' }

/** What `details.objects` says of a backup whose objects were exported. */
export const describeObjects = (objects: KubeObject[]): string =>
  `${objects.length}, kept outside the cluster, as in Git`

/** Made by a controller, anew wherever it runs; and what ran to its end, which a restore must not run again. */
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
/** Kinds of faults and of backup tools. */
const EXCLUDED_GROUPS = ['chaos-mesh.org', 'k8up.io', 'snapshot.storage.k8s.io', 'velero.io']

const ANNOTATIONS_OF_CONTROLLERS = [
  'deployment.kubernetes.io/revision',
  'kubectl.kubernetes.io/last-applied-configuration',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
]

/** A kind whose objects live in namespaces and can be applied. */
interface NamespacedKind {
  apiVersion: string
  kind: string
}

/**
 * The objects of a namespace as their owner keeps them, in Git say: what a person or the mesh's configuration applied,
 * without what the cluster adds. The namespace itself comes first.
 */
export async function exportNamespace(
  { kube, mesh }: Pick<Lab, 'kube' | 'mesh'>,
  namespace: string,
): Promise<KubeObject[]> {
  const own = await readNamespace(kube, namespace)
  const kinds = await namespacedKinds(kube)
  const lists = await Promise.all(
    kinds.map(async ({ apiVersion, kind }) => {
      const { items } = await kube.objects.list(apiVersion, kind, namespace)
      // As plain data: the client makes objects of its own classes. An item of a list does not say what it is.
      return (JSON.parse(JSON.stringify(items)) as KubeObject[]).map((item) => ({ ...item, apiVersion, kind }))
    }),
  )
  return [own, ...lists.flat().filter((object) => isApplied(object, mesh))].map(strip)
}

/** What tells a namespace from an earlier one of the same name. */
export const readUid = async (kube: KubeClient, namespace: string): Promise<string> =>
  (await readNamespace(kube, namespace)).metadata.uid ?? ''

async function readNamespace(kube: KubeClient, name: string): Promise<KubeObject> {
  const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  if (found === null) throw new Error(`namespace "${name}" is not there: nothing to back up`)
  return found
}

/** Every kind once, in the version that its group prefers of those that serve it. */
async function namespacedKinds(kube: KubeClient): Promise<NamespacedKind[]> {
  const { groups } = await kube.config.makeApiClient(ApisApi).getAPIVersions()
  const versions = groups
    .filter(({ name }) => !EXCLUDED_GROUPS.includes(name))
    .flatMap(({ name, versions, preferredVersion }) =>
      // Some kinds are served by an older version only.
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

/** The kinds that can be listed and applied, of lists in order of preference. */
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

/** Whether someone applied it, as opposed to a controller, the mesh or a backup tool that made it. */
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
  // K8up's operator makes them beside each backup, without a mark.
  if (object.kind === 'ServiceAccount') return name !== 'pod-executor'
  if (object.kind === 'RoleBinding') return name !== 'pod-executor-namespaced'
  return true
}

/** The object without what the cluster added to it: as it can be applied again, there or elsewhere. */
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
  // A headless Service says so by its address.
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
