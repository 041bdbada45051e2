import type { V1Pod } from '@kubernetes/client-node'
import type { Artifacts } from '../lab/artifacts.ts'
import type { KubeClient } from '../kube/client.ts'
import type { KubeObject, ObjectReference } from '../kube/object.ts'
import { labellingClient } from '../kube/ownership.ts'
import { ForeignObject } from '../kube/foreign-object.ts'
import type { Lab } from '../lab/lab.ts'
import { toolGroups } from '../components/needed.ts'
import { NO_TERMS } from '../lab/terms.ts'
import { noTraits } from '../components/none/traits.ts'
import type { Cluster, StoreEndpoint } from '../lab/cluster.ts'

/** A store at an address that never resolves. For tests of the pipeline without a cluster, never for a result. */
const noopStore: StoreEndpoint = {
  url: 'http://store.invalid',
  region: 'none',
  bucket: 'none',
  prefix: 'meshdrill-000000000000/',
  accessKey: 'none',
  secretKey: 'none',
}

/** A lab on the noop cluster, with objects in memory. For tests of the pipeline, never for a result. */
export const noopLab = (): Lab => ({
  cluster: noopCluster,
  kube: labellingClient(memoryKube(), noopCluster.labId),
  store: noopStore,
  artifacts: noArtifacts,
  mesh: noTraits,
  toolGroups,
  terms: NO_TERMS,
  log: () => undefined,
})

const noArtifacts: Artifacts = {
  binary: (name) => Promise.reject(new Error(`the noop cluster has no program "${name}"`)),
  chart: (name) => Promise.reject(new Error(`the noop cluster has no chart "${name}"`)),
  manifests: (name) => Promise.reject(new Error(`the noop cluster has no manifests "${name}"`)),
  image: (name) => `noop.invalid/${name}`,
  component: () => ({ version: 'none', source: 'none' }),
  obstacle: () => null,
}

const noopParts = new Set<string>()

const noopCluster: Cluster = {
  provider: 'noop',
  labId: 'noop',
  kubeconfig: '/nowhere/noop.kubeconfig',
  artifacts: noArtifacts,
  folder: null,
  describe: () => Promise.resolve({ kubernetes: 'none', nodes: 0 }),
  loadImages: () => Promise.resolve(),
  openStore: () => Promise.resolve(noopStore),
  k6: () => noArtifacts.binary('k6'),
  readyMs: null,
  systemNodes: {},
  storageClasses: { local: null, snapshots: null },
  has: (part) => noopParts.has(part),
  note(part) {
    noopParts.add(part)
    return Promise.resolve()
  },
  nodeAddress: () => 'noop.invalid',
  destroy: () => Promise.resolve(),
}

/**
 * A client that stores applied objects in memory. There are no controllers and no status. Deleting a namespace deletes its
 * objects at once. The typed clients throw when a member is used.
 */
function memoryKube(): KubeClient {
  const objects = new Map<string, KubeObject>()
  return {
    config: absent('config'),
    core: absent('core'),
    apps: absent('apps'),
    custom: absent('custom'),
    objects: absent('objects'),
    apply(list, { namespace } = {}) {
      for (const object of list) {
        const metadata = namespace === undefined ? object.metadata : { namespace, ...object.metadata }
        objects.set(keyOf({ ...object, metadata }), structuredClone({ ...object, metadata }))
      }
      return Promise.resolve()
    },
    get<T extends KubeObject>(reference: ObjectReference) {
      return Promise.resolve(structuredClone(objects.get(keyOf(reference)) ?? null) as T | null)
    },
    async create(object) {
      if (objects.has(keyOf(object))) throw new ForeignObject(object)
      await this.apply([object])
    },
    delete(reference) {
      objects.delete(keyOf(reference))
      if (reference.kind === 'Namespace') {
        for (const [key, { metadata }] of objects)
          if (metadata.namespace === reference.metadata.name) objects.delete(key)
      }
      return Promise.resolve()
    },
    pods(namespace, labels = {}) {
      const chosen = [...objects.values()].filter(
        ({ kind, metadata }) =>
          kind === 'Pod' &&
          metadata.namespace === namespace &&
          Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value),
      )
      return Promise.resolve(structuredClone(chosen) as unknown as V1Pod[])
    },
  }
}

const keyOf = ({ apiVersion, kind, metadata }: ObjectReference): string =>
  [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' ')

/** Throws when one of its members is used, not before, so that a test can replace it. */
const absent = (name: string): never =>
  new Proxy(
    {},
    {
      get(_target, member) {
        throw new Error(`the noop cluster has no API server: "kube.${name}.${String(member)}" was used`)
      },
    },
  ) as never
