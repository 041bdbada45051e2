import { StorageV1Api } from '@kubernetes/client-node'
import type { Artifacts } from '../../lab/artifacts.ts'
import { podsReady, readManifest, type KubeClient } from '../../kube/client.ts'
import { definitionsEstablished } from '../../kube/definitions.ts'
import type { KubeObject } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import { keyOf } from '../embedded/toolchain/cache.ts'
import { manifests } from '../public/pins.ts'
import { SYSTEM_NODES } from './cluster-config.ts'
import { CLUSTER } from './containers.ts'
import { shellCommand } from '../../output/shell-quote.ts'

const NAMESPACE = 'storage'
const DRIVER = 'hostpath.csi.k8s.io'
/** Its volumes are folders of the node that it runs on, and services that drills hit are on workers. */
const NODE = `${CLUSTER}-worker`
/** What nothing in a drill asks for is left out: attaching, growing, health, and changed blocks, which want a certificate. */
const CONTAINERS = ['hostpath', 'node-driver-registrar', 'csi-provisioner', 'csi-snapshotter', 'snapshot-controller']
const DEFINITIONS = 'external-snapshotter/crds'
const PARTS = ['external-snapshotter/controller', 'csi-driver-host-path']
/** The images are pulled meanwhile. */
const READY = { timeout: '300s' }

/** What csi-driver-host-path, which takes snapshots, is installed from. */
export interface HostPath {
  /** Changes with what is pinned of it. */
  recipe: string
  /** Its public manifests, fitted to the cluster. Errors: one cannot be had, or is not what was pinned. */
  read(): Promise<HostPathObjects>
}

export interface HostPathObjects {
  definitions: KubeObject[]
  objects: KubeObject[]
  /** Whatever its pods are of. */
  images: string[]
}

export function hostPathOf(artifacts: Pick<Artifacts, 'manifests' | 'image'>, pinned = manifests): HostPath {
  return {
    recipe: keyOf([JSON.stringify([DEFINITIONS, ...PARTS].map((name) => pinned[name]))]),
    async read() {
      const [definitions = [], ...parts] = await Promise.all(
        [DEFINITIONS, ...PARTS].map((name) => artifacts.manifests(name)),
      )
      const ours = await readManifest(new URL('host-path.yaml', import.meta.url))
      const theirs = withoutDangling(parts.flat()).map((object) => fit(object, artifacts))
      const images = theirs.flatMap((object) => podOf(object)?.containers.map(({ image }) => image) ?? [])
      return { definitions, objects: [...ours, ...theirs], images }
    },
  }
}

/** Installs it, and resolves when its node has volumes to give. */
export async function installHostPath(
  { definitions, objects, images }: HostPathObjects,
  kube: KubeClient,
  loadImages: (images: string[]) => Promise<void>,
): Promise<void> {
  await loadImages(images)
  await kube.apply(definitions)
  await definitionsEstablished(kube, definitions)
  await kube.apply(objects)
  for (const name of ['snapshot-controller', 'csi-hostpathplugin'])
    await podsReady(kube, NAMESPACE, { 'app.kubernetes.io/name': name }, READY)
  const storage = kube.config.makeApiClient(StorageV1Api)
  await waitFor(
    `driver "${DRIVER}" registered on node "${NODE}"`,
    async () => {
      const { spec } = await storage.readCSINode({ name: NODE })
      // Go writes a list of none as null.
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

/** Without the bindings of roles that are not there: those of sidecars that stay out. */
function withoutDangling(objects: KubeObject[]): KubeObject[] {
  const known = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  return objects.filter(({ roleRef }) => {
    const { kind, name } = (roleRef ?? {}) as { kind?: string; name?: string }
    return name === undefined || known.includes(`${kind ?? ''} ${name}`)
  })
}

/** The object in the storage's namespace, of the images that are to be used, and where the drills' rules want it. */
function fit(object: KubeObject, artifacts: Pick<Artifacts, 'image'>): KubeObject {
  const { kind, metadata, subjects } = object
  const placed: KubeObject = {
    ...object,
    metadata: kind.startsWith('Cluster') || kind === 'CSIDriver' ? metadata : { ...metadata, namespace: NAMESPACE },
    ...(Array.isArray(subjects) ? { subjects: subjects.map((one: object) => ({ ...one, namespace: NAMESPACE })) } : {}),
  }
  // Without it each volume would wait for a sidecar that has nothing to do.
  if (kind === 'CSIDriver') return { ...placed, spec: { ...(object.spec as object), attachRequired: false } }
  const pod = podOf(object)
  if (pod === undefined) return placed
  const nodeSelector = kind === 'StatefulSet' ? { 'kubernetes.io/hostname': NODE } : SYSTEM_NODES
  const spec = object.spec as { template: object }
  // One that waits for the other's lease would only be measured with it.
  return {
    ...placed,
    spec: { ...spec, replicas: 1, template: { ...spec.template, spec: { ...fitPod(pod, artifacts), nodeSelector } } },
  }
}

function fitPod(pod: Pod, artifacts: Pick<Artifacts, 'image'>): Pod {
  const containers = pod.containers
    .filter(({ name }) => CONTAINERS.includes(name))
    // Who would answer for its liveness is a sidecar too.
    .map((container) => ({
      ...container,
      image: artifacts.image(nameOf(container.image)),
      livenessProbe: undefined,
    }))
  const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name))
  return { ...pod, containers, volumes: (pod.volumes ?? []).filter(({ name }) => mounted.includes(name)) }
}

/** By which name an image is pinned. */
const nameOf = (reference: string): string => /[^/]+\/[^/:@]+(?=[:@]|$)/.exec(reference)?.[0] ?? reference
