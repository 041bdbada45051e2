import { clientLibrary } from '../../kube/library.ts'
import type { Artifacts } from '../../lab/artifacts.ts'
import { podsReady, readManifest, type KubeClient } from '../../kube/client.ts'
import { waitForDefinitions } from '../../kube/definitions.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { keyOf } from '../embedded/toolchain/cache.ts'
import { manifests } from '../public/catalog.ts'
import { SYSTEM_NODES } from './cluster-config.ts'
import { CLUSTER } from './containers.ts'
import { shellCommand } from '../../output/shorten.ts'

const NAMESPACE = 'storage'
const DRIVER = 'hostpath.csi.k8s.io'
/** Node of the driver. Its volumes are folders of this node, so it must run on a worker like the drilled services. */
const NODE = `${CLUSTER}-worker`
/** The containers that drills need. The others serve attaching, resizing, health and changed blocks. */
const CONTAINERS = ['hostpath', 'node-driver-registrar', 'csi-provisioner', 'csi-snapshotter', 'snapshot-controller']
const DEFINITIONS = 'external-snapshotter/crds'
const PARTS = ['external-snapshotter/controller', 'csi-driver-host-path']
/** Includes the time to pull the images. */
const READY = { timeout: '300s' }

/** The sources of csi-driver-host-path, a CSI driver that takes snapshots. */
export interface HostPath {
  /** Hash of its pinned manifests. */
  recipe: string
  /** Its public manifests, adapted to the cluster. Errors: one cannot be fetched, or its hash is not the pinned one. */
  read(): Promise<HostPathObjects>
}

export interface HostPathObjects {
  definitions: KubeObject[]
  objects: KubeObject[]
  /** Images of its pods. */
  images: string[]
}

export function hostPathOf(artifacts: Pick<Artifacts, 'manifests' | 'image'>, pinned = manifests): HostPath {
  return {
    recipe: keyOf([JSON.stringify([DEFINITIONS, ...PARTS].map((name) => pinned[name]))]),
    async read() {
      const [definitions = [], ...parts] = await Promise.all(
        [DEFINITIONS, ...PARTS].map((name) => artifacts.manifests(name)),
      )
      const added = await readManifest(new URL('host-path.yaml', import.meta.url))
      const published = withoutDanglingBindings(parts.flat()).map((object) => adapt(object, artifacts))
      const images = published.flatMap((object) => podOf(object)?.containers.map(({ image }) => image) ?? [])
      return { definitions, objects: [...added, ...published], images }
    },
  }
}

/** Installs it, and resolves when its node can provision volumes. */
export async function installHostPath(
  { definitions, objects, images }: HostPathObjects,
  kube: KubeClient,
  loadImages: (images: string[]) => Promise<void>,
): Promise<void> {
  await loadImages(images)
  await kube.apply(definitions)
  await waitForDefinitions(kube, definitions)
  await kube.apply(objects)
  for (const name of ['snapshot-controller', 'csi-hostpathplugin'])
    await podsReady(kube, NAMESPACE, { 'app.kubernetes.io/name': name }, READY)
  const storage = kube.config.makeApiClient(clientLibrary().StorageV1Api)
  await waitFor(
    `driver "${DRIVER}" registered on node "${NODE}"`,
    async () => {
      const { spec } = await storage.readCSINode({ name: NODE })
      // Go marshals an empty list as null.
      const drivers = ((spec.drivers as typeof spec.drivers | null) ?? []).map(({ name }) => name)
      return drivers.includes(DRIVER) ? true : pending(drivers.join(', ') || 'no driver')
    },
    {
      timeout: '60s',
      every: '200ms',
      hint: shellCommand`kubectl -n ${NAMESPACE} logs csi-hostpathplugin-0 node-driver-registrar`,
    },
  )
}

interface Pod {
  containers: { name: string; image: string; livenessProbe?: object | undefined; volumeMounts?: { name: string }[] }[]
  volumes?: { name: string }[]
}

const podOf = ({ spec }: KubeObject): Pod | undefined =>
  (spec as { template?: { spec: Pod } } | undefined)?.template?.spec

/** Leaves out bindings to roles of sidecars that are not installed. */
function withoutDanglingBindings(objects: KubeObject[]): KubeObject[] {
  const known = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  return objects.filter(({ roleRef }) => {
    const { kind, name } = (roleRef ?? {}) as { kind?: string; name?: string }
    return name === undefined || known.includes(`${kind ?? ''} ${name}`)
  })
}

/** Adapts an object: namespace, images, one replica, and the node that drills expect it on. */
function adapt(object: KubeObject, artifacts: Pick<Artifacts, 'image'>): KubeObject {
  const { kind, metadata, subjects } = object
  const placed: KubeObject = {
    ...object,
    metadata: kind.startsWith('Cluster') || kind === 'CSIDriver' ? metadata : { ...metadata, namespace: NAMESPACE },
    ...(Array.isArray(subjects) ? { subjects: subjects.map((one: object) => ({ ...one, namespace: NAMESPACE })) } : {}),
  }
  // Otherwise each volume would wait for the attacher, which is not installed.
  if (kind === 'CSIDriver') return { ...placed, spec: { ...(object.spec as object), attachRequired: false } }
  const pod = podOf(object)
  if (pod === undefined) return placed
  const nodeSelector = kind === 'StatefulSet' ? { 'kubernetes.io/hostname': NODE } : SYSTEM_NODES
  const spec = object.spec as { template: object }
  // A second replica would only wait for the lease, and its memory would be measured too.
  return {
    ...placed,
    spec: { ...spec, replicas: 1, template: { ...spec.template, spec: { ...adaptPod(pod, artifacts), nodeSelector } } },
  }
}

function adaptPod(pod: Pod, artifacts: Pick<Artifacts, 'image'>): Pod {
  const containers = pod.containers
    .filter(({ name }) => CONTAINERS.includes(name))
    // The liveness probe needs a sidecar that is not installed.
    .map((container) => ({
      ...container,
      image: artifacts.image(nameOf(container.image)),
      livenessProbe: undefined,
    }))
  const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))
  return { ...pod, containers, volumes: (pod.volumes ?? []).filter(({ name }) => mounted.includes(name)) }
}

/** The name under which an image is pinned: `<folder>/<name>` without registry and tag. */
const nameOf = (reference: string): string => /[^/]+\/[^/:@]+(?=[:@]|$)/.exec(reference)?.[0] ?? reference
