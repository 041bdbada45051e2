import { randomUUID } from 'node:crypto'
import { podsReady, readManifest } from '../../kube/client.ts'
import { installChart } from '../../lab/charts.ts'
import type { KubeObject, ObjectReference } from '../../kube/object.ts'
import { pending, waitFor } from '../../system/wait.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Undo } from '../../lab/undo.ts'
import { shellCommand } from '../../output/shorten.ts'

export const CHAOS_NAMESPACE = 'chaos-mesh'
/** Where the faults are kept, a file each. */
export const CHAOS_FOLDER = new URL('../../../chaos/', import.meta.url)

/** Annotation of a namespace whose pods faults may reach. */
export const FAULTS_ALLOWED = { 'chaos-mesh.org/inject': 'enabled' }

/** Chaos Mesh from its own Helm chart. Faults reach annotated namespaces only, so that none strays. */
export async function installChaosMesh(lab: Lab): Promise<void> {
  await lab.cluster.loadImages(
    ['chaos-mesh/chaos-mesh', 'chaos-mesh/chaos-daemon'].map((name) => lab.artifacts.image(name)),
  )
  await installChart(lab, {
    name: 'chaos-mesh',
    namespace: CHAOS_NAMESPACE,
    // Its daemon enters the namespaces of other pods' networks and processes.
    podSecurity: 'privileged',
    definitions: 'chaos-mesh.org',
    chart: 'chaos-mesh/chaos-mesh',
    values: {
      controllerManager: {
        replicaCount: 1,
        enableFilterNamespace: true,
        leaderElection: { enabled: false },
        nodeSelector: lab.cluster.systemNodes,
        resources: { requests: { cpu: '25m', memory: '64Mi' } },
      },
      chaosDaemon: { runtime: 'containerd', socketPath: '/run/containerd/containerd.sock' },
      dashboard: { create: false },
      dnsServer: { create: false },
    },
  })
  await allowPartitionBehavior(lab)
  await podsReady(
    lab.kube,
    CHAOS_NAMESPACE,
    { 'app.kubernetes.io/component': 'controller-manager' },
    { timeout: '120s' },
  )
  await podsReady(lab.kube, CHAOS_NAMESPACE, { 'app.kubernetes.io/component': 'chaos-daemon' }, { timeout: '120s' })
}

interface Definition extends KubeObject {
  spec: {
    versions: {
      schema: { openAPIV3Schema: { properties: { spec: { properties: Partial<Record<string, object>> } } } }
    }[]
  }
}

/**
 * Adds a field that Chaos Mesh's webhook fills in and that the definition in its chart may lack: the API server would drop
 * it, the webhook take that for a change of the fault, which it refuses, and no NetworkChaos would ever be injected.
 */
export async function allowPartitionBehavior({ kube }: Lab): Promise<void> {
  const { apiVersion, kind } = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const metadata = { name: 'networkchaos.chaos-mesh.org' }
  const definition = await kube.get<Definition>({ apiVersion, kind, metadata })
  if (definition === null) throw new Error(`the definition "${metadata.name}" is not there`)
  for (const version of definition.spec.versions) {
    version.schema.openAPIV3Schema.properties.spec.properties.partitionBehavior ??= { type: 'string' }
  }
  await kube.apply([{ apiVersion, kind, metadata, spec: definition.spec }])
}

interface ChaosObject extends KubeObject {
  status?: {
    conditions?: { type: string; status: string; reason?: string }[]
    experiment?: { containerRecords?: { id: string; phase: string; events?: { message?: string }[] }[] }
  }
}

/** Annotation by which an undo knows the very object of its change from another of the same name. */
const MARK = 'meshdrill/change'

/** The object with a mark that no other has. */
export function marked(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [MARK]: randomUUID() }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** The fault of a file in `chaos/`, aimed at what a drill aims at, and marked. */
export async function readFault(
  file: string,
  aim: { namespace: string; spec?: Record<string, unknown> },
): Promise<KubeObject> {
  const [fault] = await readManifest(new URL(file, CHAOS_FOLDER))
  if (fault === undefined) throw new Error(`chaos/${file} holds no object`)
  const spec = { ...(fault.spec as Record<string, unknown>), ...aim.spec }
  return marked({ ...fault, metadata: { ...fault.metadata, namespace: aim.namespace }, spec })
}

/** Creates an object of a fault. Errors: one of that name is there already. */
export async function create({ kube }: Lab, object: KubeObject): Promise<void> {
  const { kind, metadata } = object
  const there = await kube.get(referenceOf(object))
  if (there !== null && markOf(there) !== markOf(object)) {
    const next = shellCommand`kubectl -n ${metadata.namespace ?? ''} delete ${kind} ${metadata.name}`
    throw new Error(`${kind} "${metadata.name}" is there already, and not of this drill. Next: ${next}`)
  }
  await kube.apply([object])
}

export const markOf = ({ metadata }: KubeObject): string => metadata.annotations?.[MARK] ?? ''

/** Resolves when Chaos Mesh says that every target was reached. Returns the targets. */
export async function targetsReached(lab: Lab, fault: KubeObject): Promise<string[]> {
  return waitFor(
    `${fault.kind} "${fault.metadata.name}" injected`,
    async () => {
      const object = await lab.kube.get<ChaosObject>(referenceOf(fault))
      const records = object?.status?.experiment?.containerRecords ?? []
      const injected = object?.status?.conditions?.some((c) => c.type === 'AllInjected' && c.status === 'True')
      if (injected && records.length > 0) return records.map((record) => record.id)
      const messages = records.flatMap((record) => record.events ?? []).map((event) => event.message ?? '')
      return pending([`${records.length} targets`, ...messages.filter(Boolean)].join('; '))
    },
    {
      timeout: '30s',
      every: '50ms',
      hint: shellCommand`kubectl -n ${fault.metadata.namespace ?? ''} describe ${fault.kind}`,
    },
  )
}

/** The undo of an object that is marked. */
export const deletionOf = (object: KubeObject): Undo => ({
  kind: 'delete-object',
  object: referenceOf(object),
  mark: markOf(object),
})

/**
 * Deletes an object and resolves when it is gone, finalizers and all. One of the same name with another mark is not touched.
 * Returns what was seen.
 */
export async function deleteMarked({ kube }: Lab, reference: ObjectReference, mark: string): Promise<string> {
  const name = `${reference.kind} "${reference.metadata.name}"`
  const isOurs = (object: KubeObject | null): object is KubeObject => object !== null && markOf(object) === mark
  if (isOurs(await kube.get(reference))) await kube.delete(reference)
  await waitFor(
    `${name} gone`,
    async () => {
      const object = await kube.get(reference)
      return isOurs(object) ? pending(`finalizers ${object.metadata.finalizers?.join(', ') ?? 'none'}`) : true
    },
    { timeout: '30s' },
  )
  return `${name} is gone`
}

export function referenceOf({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { name, namespace = '' } = metadata
  return { apiVersion, kind, metadata: { name, namespace } }
}
